// The right column: during a call what to do next and what not to ask again; else what has been.
import { html } from "./vendor/preact-htm.js";
import { Pairs } from "./brief.js";
import { phase, state } from "./store.js";
import { capital, reason, spoken } from "./time.js";

export function Assist({ call }) {
  return html`<aside class="right" aria-label="Assistance">
    ${call?.brief && phase(call) ? html`<${Steps} call=${call} /><${Known} brief=${call.brief} />` : html`<${Past} />`}
  </aside>`;
}

// In order: who it is, then what to do. Each with its reason.
export function steps(call) {
  const brief = call.brief, who = brief.authentication;
  const found = [];
  if (call.assist) found.push(...call.assist.map((card) => [card.title, card.text]));
  if (["frustrated", "angry", "distressed"].includes(brief.sentiment)) found.push(["Acknowledge it first", brief.mood ? `“${brief.mood.text}”` : `The caller is ${brief.sentiment}.`]);
  if (who.status === "verified") found.push(["Don't verify again", brief.identity?.text ?? `Verified by ${spoken(who.method)}`]);
  else found.push(["Verify the caller", brief.identity?.text ?? "Nobody has verified this caller yet."]);
  if (brief.next) found.push([capital(brief.next.text), brief.unresolved ? `Still open: ${brief.unresolved.text}` : "Suggested from what was said"]);
  else if (brief.unresolved) found.push([capital(brief.unresolved.text), "What the assistant left open"]);
  for (const action of brief.actions.filter((action) => action.ok === false)) found.push([`Don't promise: ${spoken(action.name)}`, action.result ?? "It was refused to the assistant."]);
  return found;
}

const Steps = ({ call }) => html`<section class="section"><h2>Next</h2>
  ${steps(call).map(([title, why], n) => html`<div class=${`tip ${n ? "" : "first"}`}><b>${title}</b><span class="soft">${why}</span></div>`)}</section>`;

function Known({ brief }) {
  const facts = brief.facts.map((line) => { const [name, ...value] = line.text.split(": "); return value.length ? [name, value.join(": ")] : ["Told", line.text]; });
  const pairs = [...facts, ...Object.entries(brief.crm ?? {})];
  return html`<section class="section"><h2>Don't ask again</h2><div class="tip"><${Pairs} pairs=${pairs} empty="The assistant reported no details." /></div></section>`;
}

const Past = () => html`<section class="section"><h2>Your last calls</h2>
  ${state.past.filter((call) => call.brief).slice(0, 6).map((call) => html`<div class="tip"><b>${call.brief.headline}</b>
    <span class="soft">${reason(call.brief.reason)} · ${call.at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}</span></div>`)}
  ${!state.past.some((call) => call.brief) && html`<p class="soft">None since you opened this page.</p>`}</section>`;
