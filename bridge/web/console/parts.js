// The small pieces: icons, chips, buttons, clocks.
import { html, useEffect, useState } from "./vendor/preact-htm.js";
import { keyOf } from "./keys.js";

const PATHS = {
  phone: "M6.5 4h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3a2 2 0 0 1-2 2A15.5 15.5 0 0 1 4.5 6a2 2 0 0 1 2-2Z",
  off: "M3 14.5c5-5 13-5 18 0l-2.5 2.5-3.5-2v-2.5a10 10 0 0 0-6 0V15l-3.5 2Z",
  pause: "M9 5v14M15 5v14", play: "M8 5l11 7-11 7Z",
  mic: "M12 4a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3ZM6 12a6 6 0 0 0 12 0M12 18v3",
  pass: "M4 12h14M13 6l6 6-6 6", back: "M20 12H6M11 6l-6 6 6 6", again: "M5 12a7 7 0 1 1 2 5M5 20v-4h4",
  ear: "M4 17v-4a8 8 0 0 1 16 0v4M4 14h3v6H5a1 1 0 0 1-1-1ZM20 14h-3v6h2a1 1 0 0 0 1-1Z", check: "M5 13l4 4L19 7", moon: "M19 14A8 8 0 0 1 10 5a8 8 0 1 0 9 9Z",
  keys: "M4 7h16v10H4ZM7 10h.01M11 10h.01M15 10h.01M8 14h8",
};

export const Icon = ({ name }) => html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;

export const Chip = ({ tone = "", children }) => html`<span class=${`chip ${tone}`}>${children}</span>`;

// `does` names the shortcut; the key is told to screen readers as well.
export function Button({ does, icon, tone = "", children, ...rest }) {
  const key = does && keyOf(does);
  return html`<button type="button" class=${`button ${tone}`} aria-keyshortcuts=${key || undefined} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}${children}${key && html`<kbd aria-hidden="true">${key.replace("Shift+", "⇧")}</kbd>`}</button>`;
}

// Redraws its caller every so often; timers are for the eye alone and never announced.
export function useTick(ms = 500) {
  const [, tick] = useState(0);
  useEffect(() => { const timer = setInterval(() => tick((n) => n + 1), ms); return () => clearInterval(timer); }, [ms]);
}

export function RingClock({ left, of }) {
  const round = 2 * Math.PI * 13;
  const part = Math.min(1, Math.max(0, left / of));
  return html`<svg class="ring-clock" viewBox="0 0 30 30" aria-hidden="true"><circle cx="15" cy="15" r="13" />
    <circle class="left-of" cx="15" cy="15" r="13" stroke-dasharray=${`${part * round} ${round}`} /></svg>`;
}

export const Fold = ({ title, count, open, children, opened }) => html`<details open=${open} onToggle=${(event) => event.target.open && opened?.()}>
  <summary>${title}<span class="count">${count}</span></summary><div class="inside">${children}</div></details>`;
