// The page as a telephone: a microphone, a loudspeaker, and one connection to the bridge.
//   openPhone({send, onState}) -> {state, test, answer, decline, hangup, mute, stats, take, close}
// `send` carries one message to the bridge and says whether it could; `take` is given every message whose type begins
// with "phone."; `onState` is called with `state` whenever it changed. Sound never passes through this file.
import { gathered, measured, summary } from "./browser_sound.js";

const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const GATHER_MS = 1000, AGAIN_MS = 1500;

export async function openPhone({ send, onState = () => {}, microphone = MICROPHONE }) {
  const state = { tested: false, microphone: "", level: 0, muted: false, ringing: [], call: null, error: "" };
  const speaker = new Audio();
  speaker.autoplay = true;
  let stream = null, link = null, retry = 0;

  const set = (changes) => { Object.assign(state, changes); onState(state); };
  const ready = () => send({ type: "phone.ready", ready: state.tested });

  // -- the device test: there is a microphone, it is not switched off, and it can be heard

  async function test(onLevel = () => {}) {
    try {
      const found = stream ?? await navigator.mediaDevices.getUserMedia({ audio: microphone });
      const track = found.getAudioTracks()[0];
      if (!track || track.readyState !== "live") throw new DOMException("", "NotReadableError");
      if (found !== stream) track.addEventListener("ended", lost);
      stream = found;
      const level = await measured(stream, (now) => { state.level = now; onLevel(now); });
      set({ tested: level !== 0, microphone: track.label, error: level === 0 ? "silent_microphone" : "" });
    } catch (error) {
      set({ tested: false, error: CAUSES[error.name] ?? "no_microphone" });
    }
    ready();
    return state.tested;
  }

  function lost() {
    stream = null;
    set({ tested: false, microphone: "", error: "no_microphone" });
    ready();
  }

  // -- calls

  async function answer(conversation, leg) {
    drop();
    set({
      call: { conversation, leg, phase: "connecting" }, error: "",
      ringing: state.ringing.filter((ring) => ring.conversation !== conversation || ring.leg !== leg),
    });
    if (!stream && !await test()) return;
    const mine = link = new RTCPeerConnection({ iceServers: [] });
    for (const track of stream.getTracks()) mine.addTrack(track, stream);
    mine.ontrack = ({ streams, receiver }) => {
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0; // as little as the network allows
      speaker.srcObject = streams[0];
    };
    mine.onconnectionstatechange = () => { if (mine === link) followed(mine.connectionState); };
    await mine.setLocalDescription();
    await gathered(mine, GATHER_MS);
    if (mine !== link) return;
    const sent = send({ type: "phone.offer", conversation, leg, sdp: mine.localDescription.sdp });
    if (!sent) again();
  }

  function followed(phase) {
    if (!state.call) return;
    if (phase === "connected") set({ call: { ...state.call, phase: "up" } });
    if (phase === "failed" || phase === "disconnected") {
      set({ call: { ...state.call, phase: "away" } });
      again();
    }
  }

  function again() {
    clearTimeout(retry);
    retry = setTimeout(() => {
      if (state.call && link?.connectionState !== "connected") answer(state.call.conversation, state.call.leg);
    }, AGAIN_MS);
  }

  function drop() {
    clearTimeout(retry);
    link?.close();
    link = null;
    speaker.srcObject = null;
  }

  const end = (ring) => ring && send({ type: "phone.end", conversation: ring.conversation, leg: ring.leg });
  const decline = (ring = state.ringing[0]) => end(ring);
  const hangup = () => end(state.call);

  function mute(on) {
    for (const track of stream?.getAudioTracks() ?? []) track.enabled = !on;
    set({ muted: on });
  }

  const stats = async () => link ? summary(await link.getStats()) : null;

  // -- what the bridge says

  const mine = (message) => state.call?.conversation === message.conversation && state.call.leg === message.leg;

  const TAKES = {
    "phone.hello": ready,
    "phone.ring"(message) {
      const { conversation, leg, resume, away } = message;
      if (mine(message) && !away && link?.connectionState === "connected") send({ type: "phone.keep", conversation, leg });
      else if (resume) answer(conversation, leg);
      else if (!state.ringing.some((ring) => ring.conversation === conversation && ring.leg === leg))
        set({ ringing: [...state.ringing, { conversation, leg }] });
    },
    async "phone.answer"(message) {
      if (mine(message) && link?.signalingState === "have-local-offer")
        await link.setRemoteDescription({ type: "answer", sdp: message.sdp });
    },
    "phone.end"(message) {
      const ringing = state.ringing.filter((ring) => ring.conversation !== message.conversation || ring.leg !== message.leg);
      if (!mine(message)) return set({ ringing });
      drop();
      mute(false);
      set({ ringing, call: null });
    },
    "phone.error"(message) {
      if (mine(message) && message.code !== "bad_message") { drop(); set({ call: null }); }
      set({ error: message.code });
    },
  };

  const take = (message) => TAKES[message.type]?.(message);

  function close() {
    drop();
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
  }

  ready(); // not yet, but this page is one that could be
  return { state, test, answer, decline, hangup, mute, stats, take, close };
}

const CAUSES = { NotAllowedError: "microphone_refused", NotFoundError: "no_microphone", NotReadableError: "microphone_busy" };

// As the console wants it: see phone.js. A call is `{id}`, the conversation it belongs to.
export async function start({ send, changed }) {
  const phone = await openPhone({ send, onState: changed });
  const ring = (call) => phone.state.ringing.find(({ conversation }) => conversation === call.id);
  phone.test();
  return {
    get tested() { return phone.state.tested; },
    get microphone() { return phone.state.microphone; },
    get state() { return phone.state; },
    test: phone.test, mute: phone.mute, stats: phone.stats, take: phone.take,
    accept(call) { const found = ring(call); if (found) return phone.answer(found.conversation, found.leg); },
    hangUp(call) { return ring(call) ? phone.decline(ring(call)) : phone.hangup(); },
  };
}
