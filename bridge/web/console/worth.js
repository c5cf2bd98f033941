// Whether handoffs work: the last 30 days of /v1/measures, below the wallboard. Nothing where there is no database.
import { html, useEffect, useState } from "./vendor/preact-htm.js";
import { percent, span } from "./time.js";

const DAYS = 30;
const TILES = [
  ["Needed a person", (m) => share(m.escalation_rate), (m) => `of ${m.conversations} calls`],
  ["Had to say it again", (m) => share(m.repeat_information_rate), (m) => `of ${m.listened} calls heard`],
  ["Solved at first contact", (m) => share(m.fcr), (m) => `of ${m.fcr_n} calls`],
  ["Effort, 0 to 10", (m) => number(m.effort), () => "repeats, waits, holds"],
  ["Satisfaction, 1 to 5", (m) => number(m.csat), (m) => `${m.csat_n} answers`],
  ["Handle time", (m) => (m.handle_time == null ? "–" : span(m.handle_time)), () => "talk, hold, wrap-up"],
];

export function Worth() {
  const [told, tell] = useState(null);
  useEffect(() => {
    let gone = false;
    const since = new Date(Date.now() - DAYS * 86_400_000).toISOString().slice(0, 10);
    fetch(`/v1/measures?since=${since}`).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null)
      .then((measures) => gone || tell(measures));
    return () => { gone = true; };
  }, []);
  if (!told?.conversations) return null;
  return html`<section aria-label=${`Last ${DAYS} days`}><h2>Last ${DAYS} days</h2><dl class="tiles">
    ${TILES.map(([name, value, sub]) => html`<div class="tile"><dt>${name}</dt><dd>${value(told)}<small>${sub(told)}</small></dd></div>`)}
  </dl></section>`;
}

const share = (value) => (value == null ? "–" : percent(value));
const number = (value) => (value == null ? "–" : value.toFixed(1));
