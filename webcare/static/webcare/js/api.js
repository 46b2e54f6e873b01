// One way to speak to the API from a page: JSON, who is signed in, and a key that makes
// a repeated click one change.

document.documentElement.classList.add("has-script");

export const token = () => document.querySelector("#act [name=csrfmiddlewaretoken]")?.value ?? "";

/* Returns the body; throws an Error whose message can be shown, with `status`. */
export async function call(method, address, body, { etag, key } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (etag) headers["If-Match"] = etag;
  if (method === "POST") headers["Idempotency-Key"] = key ?? crypto.randomUUID();
  const response = await fetch(address, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(20000),
  });
  if (response.status === 401) location.reload();
  const answer = response.status === 204 ? null : await response.json();
  if (response.ok) return answer;
  throw Object.assign(new Error(sentence(answer)), { status: response.status, answer });
}

// The fields' own sentences say more than the general one.
export function sentence(problem) {
  const said = Object.values(problem.errors ?? {}).flat().filter((one) => typeof one === "string");
  return said.join(" ") || problem.detail || problem.title;
}
