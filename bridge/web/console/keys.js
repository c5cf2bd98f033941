// Keyboard shortcuts: one letter each, off in text fields, every one of them the agent's to change.
import { changed } from "./store.js";

export const DEFAULTS = {
  accept: "A", decline: "D", talk: "Space", replay: "R", back: "B", mute: "M", hold: "H", transfer: "T", end: "Shift+E",
};
export const LABELS = {
  accept: "Accept", decline: "Decline", talk: "Talk to caller now", replay: "Hear the brief again",
  back: "Send back to the assistant", mute: "Mute", hold: "Hold", transfer: "Transfer", end: "End the call",
};
const PLACE = "handoff.keys";
let own = read();
const deeds = new Map(); // what each shortcut does now, given by whoever shows the button

function read() {
  try { return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(PLACE) ?? "{}") }; } catch { return { ...DEFAULTS }; }
}

export const keyOf = (name) => own[name];

export function assign(name, key) {
  own = { ...own, [name]: key };
  localStorage.setItem(PLACE, JSON.stringify(own));
  changed();
}

// `null` takes the shortcut away again.
export function bind(now) {
  deeds.clear();
  for (const [name, deed] of Object.entries(now)) if (deed) deeds.set(name, deed);
}

export function pressedKey(event) {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return event.shiftKey && key.length === 1 ? `Shift+${key}` : key;
}

// Where a key already means something else.
const taken = (target, key) => target.closest("input, textarea, select, dialog") ||
  (["Space", "Enter"].includes(key) && target.closest("button, summary, a, [role=log]"));

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const key = pressedKey(event);
  if (taken(event.target, key)) return;
  for (const [name, deed] of deeds) {
    if (own[name] === key) { event.preventDefault(); deed(); return; }
  }
});
