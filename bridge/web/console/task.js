// The centre column: the one thing this agent has to do now.
import { html, useEffect, useRef } from "./vendor/preact-htm.js";
import { Brief, Folds } from "./brief.js";
import { Controls } from "./controls.js";
import { Icon, Chip, useTick } from "./parts.js";
import { clock, myself, phase, state } from "./store.js";
import { LiveLog } from "./transcript.js";
import { reason, span, spoken } from "./time.js";
import { WrapUp } from "./wrapup.js";

const SHOWN = { ringing: Ringing, whispering: Whispering, joining: Connected, connected: Connected, leaving: Connected, wrap_up: WrapUp };

export function Task({ call }) {
  const Shown = SHOWN[phase(call)];
  return html`<main class="centre" aria-label="Your task">
    ${Shown ? html`<${Shown} key=${call.handoff + (phase(call) === "wrap_up")} call=${call} />` : html`<${Available} />`}
    <${Controls} call=${call} /></main>`;
}

// The eye goes to the offer, and the focus with it, unless the agent is typing.
function useFocus(on) {
  const place = useRef(null);
  useEffect(() => {
    if (on && !document.activeElement?.matches("input, textarea, select")) place.current?.focus({ preventScroll: true });
  }, [on]);
  return place;
}

function Available() {
  const me = myself();
  const free = !me || me.state === "available";
  const last = state.past.find((call) => call.brief);
  const away = me && { away: me.reason ? `Away: ${spoken(me.reason)}` : "You're away", unreachable: "Your phone doesn't answer", busy: "You're busy", wrap_up: "One moment" }[me.state];
  return html`<div class="scroll"><div class="stack full"><div class="calm">
    <div class=${`halo ${free ? "" : "away"}`} aria-hidden="true"><i /></div>
    <h1>${free ? "You're available" : away}</h1>
    <p>${free ? "Nothing is waiting. The next caller's brief appears here before your phone rings." : "No calls are offered to you. Set yourself available when you're ready."}</p>
    ${last && html`<p>Last: ${last.brief.headline}</p>`}
  </div></div></div>`;
}

function Ringing({ call }) {
  const focus = useFocus(call.handoff);
  return html`<div class="scroll"><div class="stack">
    <${Brief} call=${call} focus=${focus} clock=${html`<${Chip} tone="good">Caller waiting <${Since} call=${call} from=${call.escalation?.at_s ?? 0} /><//>`} />
    <${Folds} call=${call} /></div></div>`;
}

function Whispering({ call }) {
  return html`<div class="scroll"><div class="stack">
    <${Whisper} call=${call} />
    <${Brief} call=${call} clock=${html`<${Chip} tone="warn">Caller on hold <${Since} call=${call} from=${call.escalation?.at_s ?? 0} /><//>`} />
    <${Folds} call=${call} /></div></div>`;
}

function Whisper({ call }) {
  useTick(250);
  const playing = call.whisper && call.state === "briefing";
  const gone = playing ? clock(call) - call.whisper.at_s : 0;
  const left = playing ? Math.max(0, call.whisper.seconds - gone) : 0;
  const share = playing ? Math.min(1, gone / call.whisper.seconds) : 1;
  return html`<div class="whisper" role="status">
    <strong><${Icon} name="ear" />Only you can hear this</strong>
    <span class="num" aria-hidden="true">${playing ? `${Math.ceil(left)} s left` : "Your move"}</span>
    <span class="bar" aria-hidden="true"><i style=${{ width: `${100 * share}%` }} /></span></div>`;
}

const NEWS = { joining: "Joining you…", leaving: "Handing the call over…" };

function Connected({ call }) {
  const focus = useFocus(call.handoff);
  return html`<div class="scroll"><div class="stack full">
    <div class="eyebrow"><h1 class="hidden" tabindex="-1" ref=${focus}>Connected with the caller</h1>
      <${Quality} leg=${call.legs?.caller} />
      ${call.hold && html`<${Chip} tone="warn">Caller on hold<//>`}${call.mute && html`<${Chip} tone="warn">You are muted<//>`}
      ${NEWS[phase(call)] && html`<${Chip}>${NEWS[phase(call)]}<//>`}
      ${call.supervision?.mode === "coach" && html`<${Chip} tone="warn">${call.supervision.by} speaks to you alone<//>`}
      ${call.supervision?.mode === "barge" && html`<${Chip} tone="warn">${call.supervision.by} is in the call<//>`}
      <span class="push">Talking <${Since} call=${call} from=${call.joined_s ?? call.entered_s} /></span></div>
    ${call.brief && html`<details class="folds"><summary><span>${call.brief.headline}</span><span class="count">${reason(call.brief.reason)}</span></summary>
      <div class="inside"><${Folds} call=${call} transcript=${false} /></div></details>`}
    <${LiveLog} call=${call} joined_s=${call.joined_s} /></div></div>`;
}

export function Since({ call, from }) {
  useTick();
  return html`<span class="num" aria-hidden="true">${span(clock(call) - from)}</span>`;
}

const CODECS = { PCMU: "G.711", PCMA: "G.711", G722: "HD voice", opus: "HD voice" };

function Quality({ leg }) {
  if (!leg) return html`<${Chip} tone="bad">Caller has left<//>`;
  if (leg.lost) return html`<${Chip} tone="bad">No sound from the caller<//>`;
  if (leg.held) return html`<${Chip} tone="warn">The caller holds you<//>`;
  return html`<${Chip} tone="good">Line is fine${CODECS[leg.codec] && ` · ${CODECS[leg.codec]}`}<//>`;
}
