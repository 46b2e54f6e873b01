// When a promise warns, and while what it does not count, as people write them.

const UNITS = { m: 60, u: 3600, h: 3600, d: 86400 };
const ONE = /^\s*(\d+(?:[.,]\d+)?)\s*(%|m|u|h|d)[a-z]*\s*$/i;

/* "80%, 15 min"; what cannot be read is sent as it is, and refused. */
export function readWarnings(text) {
  return text.split(/[,;](?!\d)/).filter((one) => one.trim()).map((one) => {
    const [, amount, unit] = one.match(ONE) ?? [];
    if (amount === undefined) return { warning: one.trim() };
    const value = Number(amount.replace(",", "."));
    return unit === "%" ? { fraction: value / 100 } : { before: Math.round(value * UNITS[unit.toLowerCase()]) };
  });
}

export function fillWarnings(values) {
  return (values ?? []).map(({ fraction, before }) => (fraction ? `${Number((fraction * 100).toFixed(2))}%` : span(before))).join(", ");
}

const span = (seconds) => (seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds / 60} min`);

// Nothing is as usual; that it always counts has a box of its own.
export function readPauses(boxes) {
  const ticked = boxes.filter((one) => one.checked).map((one) => one.value);
  if (ticked.includes("never")) return [];
  return ticked.length ? ticked : null;
}

export function fillPauses(boxes, values) {
  const ticked = values?.length === 0 ? ["never"] : (values ?? []);
  boxes.forEach((one) => (one.checked = ticked.includes(one.value)));
}
