// One WebSocket: a snapshot, then deltas with rev. A gap asks for the snapshot again.
import { set, state, take } from "./store.js";

const RETRY_MS = [200, 400, 800, 1600, 3000];
let socket = null, rev = 0, tries = 0, number = 0;
const others = new Map(); // "phone." -> who takes messages that begin so
const waiting = new Map(); // order number -> resolve

export const forward = (prefix, taker) => others.set(prefix, taker);

export function connect() {
  const url = new URL("/v1/console", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = location.search;
  socket = new WebSocket(url);
  socket.onmessage = ({ data }) => receive(JSON.parse(data));
  socket.onclose = ({ code }) => {
    for (const resolve of waiting.values()) resolve({ code: "unreachable" });
    waiting.clear();
    if (code === 4401) return set({ link: "refused", me: null });
    set({ link: code === 4403 ? "forbidden" : "lost" });
    if (code !== 4403) setTimeout(connect, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
  };
}

function receive(message) {
  for (const [prefix, taker] of others) if (message.type.startsWith(prefix)) return taker(message);
  if (message.type === "snapshot") tries = 0;
  else if (message.rev !== undefined && message.rev !== rev + 1) return send({ type: "again" });
  if (message.rev !== undefined) rev = message.rev;
  take(message);
  if (message.type === "answer") { waiting.get(message.n)?.(message); waiting.delete(message.n); }
  if (message.show) shown(message.show);
}

// The brief is on the screen when the frame that holds it has been drawn. A hidden page draws none: there the
// document holding it has to do.
function shown(token) {
  let told = false;
  const tell = () => { if (!told) { told = true; send({ type: "shown", show: token }); } };
  if (document.hidden) return queueMicrotask(() => queueMicrotask(tell));
  requestAnimationFrame(() => setTimeout(tell, 0));
  setTimeout(tell, 80);
}

export function send(message) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(message));
  return true;
}

// An order, and what became of it: {code, message}.
export function order(verb, call, fields = {}) {
  const n = ++number;
  const sent = send({ type: "order", n, verb, conversation: call?.id, handoff: call?.handoff, ...fields });
  if (!sent) return Promise.resolve({ code: "unreachable" });
  return new Promise((resolve) => waiting.set(n, resolve));
}

export const presence = (willing, reason = "") => send({ type: "presence", willing, reason });

export async function signIn(token) {
  const answer = await fetch("/v1/session", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token }),
  });
  if (!answer.ok) return false;
  set({ link: "connecting" });
  connect();
  return true;
}
