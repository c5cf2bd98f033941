// What was said, and what is being said.
import { html, useEffect, useRef } from "./vendor/preact-htm.js";
import { order } from "./link.js";
import { SPEAKERS, span } from "./time.js";

const ASIDES = { hold: "on hold", whisper: "before you were joined", hint: "beside a hint", remote_hold: "on hold" };

const Turn = ({ turn }) => html`<li class=${`turn ${turn.speaker} ${turn.during !== "dialogue" ? "aside" : ""}`}>
  <span class="who">${SPEAKERS[turn.speaker] ?? turn.speaker}<span class="num">${span(turn.start_s)}</span>
    ${ASIDES[turn.during] && html`<span>${ASIDES[turn.during]}</span>`}</span>
  <span class="text">${turn.text}</span></li>`;

// `joined_s`: when the agent came in; the page draws a line there.
export function Turns({ call, joined_s, partials = false }) {
  const turns = [];
  let drawn = joined_s === undefined;
  for (const turn of call.utterances) {
    if (!drawn && turn.start_s >= joined_s) { drawn = true; turns.push(html`<li class="mark">you joined</li>`); }
    turns.push(html`<${Turn} key=${turn.id} turn=${turn} />`);
  }
  if (!drawn) turns.push(html`<li class="mark">you joined</li>`);
  const now = partials ? Object.entries(call.partials).filter(([, text]) => text) : [];
  return html`<ol class="turns">${turns}${now.map(([speaker, text]) => html`<li key=${speaker} aria-hidden="true" class=${`turn partial ${speaker}`}>
    <span class="who">${SPEAKERS[speaker] ?? speaker}</span><span class="text">${text}</span></li>`)}
    ${!turns.length && !now.length && html`<li class="soft">Nothing has been said yet.</li>`}</ol>`;
}

// Follows what is said while its reader is at the end, and stays where the reader has scrolled to.
export function LiveLog({ call, joined_s }) {
  const box = useRef(null);
  const follows = useRef(true);
  const top = useRef(0);
  const told = useRef(false);
  const follow = () => { if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight; };
  useEffect(follow);
  useEffect(() => { const sized = new ResizeObserver(follow); sized.observe(box.current); return () => sized.disconnect(); }, []);
  const scrolled = () => {
    const at = box.current;
    const end = at.scrollHeight - at.scrollTop - at.clientHeight < 40;
    if (end || at.scrollTop < top.current - 4) follows.current = end;
    if (!follows.current && !told.current) { told.current = true; order("open_transcript", call); } // read back
    top.current = at.scrollTop;
  };
  return html`<div class="log" role="log" aria-live="polite" aria-label="Live transcript" tabindex="0" ref=${box} onScroll=${scrolled}>
    <${Turns} call=${call} joined_s=${joined_s} partials=${true} /></div>`;
}
