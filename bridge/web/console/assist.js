// The right column: during a call what to do next and what not to ask again; else what has been.
import { html } from "./vendor/preact-htm.js";
import { Pairs } from "./brief.js";
import { phase, state } from "./store.js";
import { Icon } from "./parts.js";
import { order } from "./link.js";
import { capital, reason, span, spoken } from "./time.js";

export function Assist({ call }) {
  return html`<aside class="right" aria-label="Assistance">
    ${call?.assist && phase(call) === "connected" && html`<${Live} call=${call} />`}
    ${call?.brief && phase(call) ? html`${!(call.assist && phase(call) === "connected") && html`<${Steps} call=${call} />`}<${Known} brief=${call.brief} />` : html`<${Past} />`}
  </aside>`;
}

// While they talk: what the bridge has noticed, the most urgent first; a screen reader is told what comes new.
function Live({ call }) {
  const { hints, done, trend } = call.assist;
  return html`<section class="section" aria-labelledby="hints"><h2 id="hints">Now</h2>
    ${TRENDS[trend.direction] && html`<p class="trend" role="status">${TRENDS[trend.direction]} <span class="soft">${spoken(trend.before)} → ${spoken(trend.now)}</span></p>`}
    <ul class="hints" aria-label="Hints" aria-live="polite" aria-relevant="additions">
      ${hints.map((hint) => html`<${Hint} key=${hint.id} call=${call} hint=${hint} />`)}</ul>
    ${!hints.length && html`<p class="soft">Nothing at the moment.</p>`}
    ${done.length > 0 && html`<ul class="ticked" aria-label="Done">${done.slice(-6).map((one) => html`<li key=${one.id}><${Icon} name="check" />${one.title}</li>`)}</ul>`}
  </section>`;
}

const TRENDS = { better: "The caller is calming down", worse: "The caller is getting upset" };
const KINDS = { repeat: "Already said", compliance: "Must be done", behaviour: "Noticed", step: "Next", knowledge: "From the handbook" };

function Hint({ call, hint }) {
  const decide = (verb) => () => order(verb, call, { hint: hint.id });
  const ticks = hint.kind === "step" || hint.kind === "compliance";
  return html`<li class=${`tip hint ${hint.kind}`}><span class="kind">${KINDS[hint.kind] ?? spoken(hint.kind)}</span><b>${hint.title}</b>
    ${hint.why && html`<span class="soft">${hint.why}</span>`}<${Evidence} call=${call} ids=${hint.utterances} /><${Source} link=${hint.link} />
    <span class="row">${ticks && html`<button type="button" class="button small" aria-label=${`Done: ${hint.title}`} onClick=${decide("tick")}><${Icon} name="check" />Done</button>`}
      <button type="button" class="button small" aria-label=${`Dismiss: ${hint.title}`} onClick=${decide("dismiss")}>Dismiss</button></span></li>`;
}

// The words that a hint rests on, as far as they are on this page.
function Evidence({ call, ids }) {
  const turns = call.utterances.filter((turn) => ids.includes(turn.id));
  return turns.map((turn) => html`<span class="evidence" key=${turn.id}><q>${turn.text}</q> <span class="num" aria-hidden="true">${span(turn.start_s)}</span></span>`);
}

// Only web addresses are followed; a file's name tells an agent where to look.
const Source = ({ link }) => link && (/^https?:\/\//.test(link)
  ? html`<a class="source" href=${link} target="_blank" rel="noopener noreferrer">Open the source</a>`
  : html`<span class="source soft">${link}</span>`);

// In order: who it is, then what to do. Each with its reason.
export function steps(call) {
  const brief = call.brief, who = brief.authentication;
  const found = [];
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
