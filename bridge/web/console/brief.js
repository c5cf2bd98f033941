// The brief: headline, why, four facts, an opening; the rest folded away with its count.
import { html } from "./vendor/preact-htm.js";
import { Chip, Fold } from "./parts.js";
import { order } from "./link.js";
import { Turns } from "./transcript.js";
import { capital, counted, percent, reason, span, spoken } from "./time.js";

const TONES = { positive: "good", neutral: "", impatient: "warn", frustrated: "warn", angry: "bad", distressed: "bad" };
const STATUS = { verified: "good", partial: "warn", failed: "bad" };

export function Brief({ call, clock, focus }) {
  const brief = call.brief;
  if (!brief) return html`<section class="card" aria-label="Brief"><h1 class="headline" tabindex="-1" ref=${focus}>A caller needs a person.</h1>
    <p class="why-line">The brief is being made.</p></section>`;
  return html`<section class="card" aria-label="Brief">
    <div class="eyebrow">${clock}${passed(brief) && html`<${Chip} tone=${TONES[brief.sentiment] ?? ""}>${capital(brief.sentiment)}<//>`}
      ${brief.caller && html`<span>${brief.caller}</span>`}
      ${call.attempts > 1 && html`<span>${counted(call.attempts - 1, "colleague")} tried before you</span>`}</div>
    <h1 class="headline" tabindex="-1" ref=${focus}>${brief.headline}</h1>
    <p class="why-line">${reason(brief.reason)}${brief.quote && html`: <q>${brief.quote}</q>`}</p>
    <${Facts} brief=${brief} />
    ${brief.opening && html`<div class="opening"><span>You could say</span><p>${brief.opening}</p></div>`}
    ${brief.missing.length > 0 && html`<p class="missing">Not known: ${brief.missing.map((name) => missing(name, brief)).join(", ")}</p>`}
  </section>`;
}

// What the colleague who had the call before says of it.
const passed = (brief) => brief.facts.find((line) => line.source === "agent");

function Facts({ brief }) {
  const who = brief.authentication;
  return html`<dl class="facts">
    <${Fact} name="Wants" line=${brief.why} sub=${brief.unresolved && `Open: ${brief.unresolved.text}`} />
    <${Fact} name="Identity" line=${brief.identity ?? { text: capital(spoken(who.status)) }}
      sub=${who.status === "verified" ? who.expires_at && `Until ${who.expires_at}` : STATUS[who.status] ? "Verify again before you act" : "Verify before you act"} />
    <${Fact} name="Tried by the assistant" line=${brief.tried[0] ?? { text: "Nothing yet" }}
      sub=${brief.tried.length > 1 && brief.tried.slice(1).map((line) => line.text).join("; ")} />
    ${passed(brief)
      ? html`<${Fact} name="From your colleague" line=${passed(brief)} />`
      : html`<${Fact} name="Mood" line=${{ text: capital(brief.sentiment), confidence: brief.mood?.confidence }} sub=${brief.mood && `“${brief.mood.text}”`} />`}
  </dl>`;
}

const MISSING = { crm: "customer record", why: "reason of the call", tried: "what was tried", unresolved: "what is open", next: "next step" };
const ASKED = { pending: "CRM pending", no_answer: "no answer from the CRM", unknown: "not in the CRM" };
const missing = (name, brief) => (MISSING[name] ?? spoken(name)) + (name === "crm" && ASKED[brief.crm_status] ? ` (${ASKED[brief.crm_status]})` : "");

function Fact({ name, line, sub }) {
  const unsure = line?.confidence != null && line.confidence < 0.6;
  return html`<div><dt>${name}</dt><dd>${line ? line.text : "Not known"}
    ${unsure && html` <${Chip} tone="warn">heard at ${percent(line.confidence)}<//>`}
    ${sub && html`<span class="sub">${sub}</span>`}</dd></div>`;
}

export function Folds({ call, transcript = true }) {
  const brief = call.brief;
  const actions = brief?.actions ?? [];
  const refused = actions.filter((action) => action.ok === false).length;
  const record = Object.entries(brief?.crm ?? {});
  return html`<div class="folds">
    ${transcript && html`<${Fold} title="Transcript" count=${counted(call.utterances.length, "turn")} opened=${() => order("open_transcript", call)}><${Turns} call=${call} /><//>`}
    <${Fold} title="What the assistant did" count=${actions.length ? counted(actions.length, "action") + (refused ? `, ${refused} refused` : "") : "nothing reported"}>
      <${Deeds} actions=${actions} /><//>
    <${Fold} title="Customer record" count=${record.length ? counted(record.length, "field") : ASKED[brief?.crm_status] ?? "none"}><${Pairs} pairs=${record} empty=${ASKED[brief?.crm_status] ? `${capital(ASKED[brief.crm_status])}.` : "No record was found."} /><//>
    <${Fold} title="Everything else that is known" count=${counted((brief?.facts ?? []).length, "fact")}><${Rest} call=${call} /><//>
  </div>`;
}

export function Deeds({ actions }) {
  if (!actions.length) return html`<p class="soft">The assistant reported no action.</p>`;
  return html`<ul class="deeds">${actions.map((action) => html`<li>
    <${Chip} tone=${action.ok === true ? "good" : action.ok === false ? "bad" : ""}>${action.ok === true ? "done" : action.ok === false ? "refused" : "tried"}<//>
    <span>${capital(spoken(action.name))}</span>
    <span class="sub">${[action.result, ...Object.entries(action.args ?? {}).map(([name, value]) => `${spoken(name)}: ${typeof value === "object" ? JSON.stringify(value) : value}`)].filter(Boolean).join(" · ")}</span>
  </li>`)}</ul>`;
}

export const Pairs = ({ pairs, empty }) => pairs.length
  ? html`<dl class="mini">${pairs.map(([name, value]) => html`<dt>${capital(spoken(name))}</dt><dd>${value}</dd>`)}</dl>`
  : html`<p class="soft">${empty}</p>`;

function Rest({ call }) {
  const brief = call.brief;
  const lines = [
    ["Next step", brief?.next?.text], ["Intent", spoken(brief?.intent ?? "")],
    ["Escalated at", span(call.escalation?.at_s ?? 0)], ["By", spoken(call.escalation?.source ?? "")],
    ["Rule", spoken(call.escalation?.rule ?? "")],
    ...(brief?.facts ?? []).map((line) => { const [name, ...value] = line.text.split(": "); return value.length ? [name, value.join(": ")] : ["Fact", line.text]; }),
  ];
  return html`<${Pairs} pairs=${lines.filter(([, value]) => value)} empty="Nothing more is known." />`;
}
