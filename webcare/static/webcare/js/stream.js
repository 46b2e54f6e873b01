// What happens at the desk, as it happens: one stream for all tabs of a browser, which
// opens but six lines to a host. The tab that has the lock reads it and passes it on;
// when it closes, another takes over. Read as text, because an EventSource hears only
// events whose names it knows, and nothing of the beats that say a line is alive.
// Everybody on a page hears "desk:heard" with a `name` and its `data`; besides what the
// API tells, "open" (look: what was before is not told), "beat" and "lost".

const address = document.querySelector("[data-stream]")?.dataset.stream;
const SOON = 1000; // ms until a stream that broke off is asked for again, then longer
const SLOWEST = 30000;
const SILENT = 30000; // a beat comes every twelve seconds
const me = Math.random();
const channel = new BroadcastChannel("desk-stream");
let isOpen = false; // here, for all

function hear(said) {
  document.dispatchEvent(new CustomEvent("desk:heard", { detail: said }));
}

function pass(said) {
  hear(said);
  channel.postMessage(said);
}

// Who comes later asks whether there is a stream.
channel.addEventListener("message", ({ data }) => {
  if (data.asks && isOpen) channel.postMessage({ name: "open", to: data.asks });
  if (data.name && (data.to ?? me) === me) hear(data);
});

async function lead() {
  for (let wait = SOON; ; wait = Math.min(wait * 2, SLOWEST)) {
    await listen().catch(() => {});
    if (isOpen) {
      wait = SOON;
      pass({ name: "lost" });
    }
    isOpen = false;
    // Not all at once after a server began anew.
    await new Promise((done) => {
      setTimeout(done, wait * (0.5 + Math.random()));
      addEventListener("online", done, { once: true });
    });
  }
}

async function listen() {
  const cut = new AbortController();
  let alarm;
  const isAlive = () => {
    clearTimeout(alarm);
    alarm = setTimeout(() => cut.abort(), SILENT);
  };
  isAlive();
  try {
    const response = await fetch(address, { headers: { Accept: "text/event-stream" }, signal: cut.signal });
    if (!response.ok) throw new Error(response.status);
    isOpen = true;
    pass({ name: "open" });
    await read(response.body.pipeThrough(new TextDecoderStream()).getReader(), isAlive);
  } finally {
    clearTimeout(alarm);
  }
}

async function read(reader, isAlive) {
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    isAlive();
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    blocks.forEach((block) => pass(told(block)));
  }
}

function told(block) {
  const [, name] = block.match(/^event: (.+)$/m) ?? [];
  return name ? { name, data: JSON.parse(block.match(/^data: (.+)$/m)[1]) } : { name: "beat" };
}

channel.postMessage({ asks: me });
if (address) navigator.locks?.request("desk-stream", lead);
