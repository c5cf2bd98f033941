// After the call: what became of it, whether the brief was right, and a note. Every letter is kept as it is typed.
import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { order, presence } from "./link.js";
import { Button, RingClock, useTick } from "./parts.js";
import { clock, set, state } from "./store.js";
import { capital, spoken } from "./time.js";

const RIGHT = [["right", "Yes"], ["partly", "Partly"], ["wrong", "No"]];

// What the brief and the call already say, for the agent to change.
export function drafted(call) {
  const brief = call.brief;
  if (!brief) return "";
  const lines = [
    brief.why && `Reason: ${brief.why.text}.`,
    brief.tried.length && `Tried by the assistant: ${brief.tried.map((line) => line.text).join("; ")}.`,
    brief.unresolved && `Open: ${brief.unresolved.text}.`,
    call.state === "returned" && "Given back to the assistant.",
  ];
  return lines.filter(Boolean).join("\n");
}

export function WrapUp({ call }) {
  const kept = state.kept.get(call.handoff);
  const [draft, write] = useState(kept ?? { disposition: call.draft?.disposition ?? null, brief: call.draft?.brief ?? null, note: call.draft?.note ?? drafted(call) });
  const latest = useRef(draft);
  const heading = useRef(null);
  useEffect(() => { heading.current?.focus({ preventScroll: true }); }, []);
  const change = (fields) => {
    const next = { ...latest.current, ...fields };
    latest.current = next;
    state.kept.set(call.handoff, next);
    write(next);
    order("draft", call, next);
  };
  const finish = async (willing) => {
    if (!willing) presence(false, "break");
    const answer = await order("finish", call, latest.current);
    if (answer.code === "accepted") state.kept.delete(call.handoff);
  };
  return html`<div class="scroll"><div class="stack"><section class="card wrap" aria-label="Wrap-up">
    <div class="eyebrow"><h1 tabindex="-1" ref=${heading}>${call.state === "returned" ? "The caller is back with the assistant" : "The call is over"}</h1>
      <span class="push"><${Left} call=${call} /></span></div>
    <${Choices} legend="What became of it?" name="disposition" options=${state.setup.dispositions.map((code) => [code, capital(spoken(code))])}
      value=${draft.disposition} choose=${(disposition) => change({ disposition })} />
    <${Choices} legend="Was the brief right?" name="brief" options=${RIGHT} value=${draft.brief} choose=${(brief) => change({ brief })} />
    <label class="label"><span>Note <span class="soft">(drafted for you; change what is wrong)</span></span>
      <textarea class="field" maxlength="5000" value=${draft.note} onInput=${(e) => change({ note: e.target.value })} /></label>
    <div class="finish"><${Button} tone="main" icon="check" onClick=${() => finish(true)}>Save and be available<//>
      <${Button} onClick=${() => finish(false)}>Save and take a break<//>
      <${Saved} call=${call} /></div></section></div></div>`;
}

const Choices = ({ legend, name, options, value, choose }) => html`<fieldset><legend>${legend}</legend><div class="choices">
  ${options.map(([code, label]) => html`<label class="choice"><input type="radio" name=${name} value=${code} checked=${value === code} onChange=${() => choose(code)} /><span>${label}</span></label>`)}</div></fieldset>`;

function Saved({ call }) {
  const kept = state.kept.get(call.handoff), sent = state.sent.get(call.handoff);
  const same = kept && sent && kept.note === sent.note && kept.disposition === sent.disposition && kept.brief === sent.brief;
  return html`<span class="saved push" role="status">${!kept ? "" : same ? "Saved" : "Saving…"}</span>`;
}

function Left({ call }) {
  useTick();
  const left = Math.max(0, call.entered_s + call.limit_s - clock(call));
  return html`<span class="count-down num" aria-hidden="true">${Math.ceil(left)} s<${RingClock} left=${left} of=${call.limit_s} /></span>`;
}
