// What of WebRTC and Web Audio needs a few lines: candidates gathered, a level measured, statistics in short.
const LISTEN_MS = 600;

// All candidates, or those there are in time: some interfaces never answer.
export function gathered(link, within) {
  if (link.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => { clearTimeout(timer); link.removeEventListener("icegatheringstatechange", look); resolve(); };
    const look = () => { if (link.iceGatheringState === "complete") done(); };
    const timer = setTimeout(done, within);
    link.addEventListener("icegatheringstatechange", look);
  });
}

// The loudest of what a stream holds within 600 ms, 0 to 1; exactly 0 is a microphone that is switched off. Null when
// this page may not listen yet (browsers want a click first), which says nothing against the microphone.
export async function measured(stream, onLevel) {
  const context = new AudioContext();
  try {
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 200))]);
    if (context.state !== "running") return null;
    const ear = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(stream).connect(ear);
    const samples = new Float32Array(ear.fftSize);
    const until = performance.now() + LISTEN_MS;
    let loudest = 0;
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      ear.getFloatTimeDomainData(samples);
      const level = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      loudest = Math.max(loudest, level);
      onLevel(level);
    }
    return loudest;
  } finally {
    context.close();
  }
}

// {round_trip_ms, jitter_ms, buffer_ms, lost, received} of a connection.
export function summary(report) {
  const out = { round_trip_ms: null, jitter_ms: null, buffer_ms: null, lost: 0, received: 0 };
  for (const entry of report.values()) {
    if (entry.type === "candidate-pair" && entry.nominated && entry.currentRoundTripTime !== undefined)
      out.round_trip_ms = Math.round(entry.currentRoundTripTime * 1000);
    if (entry.type !== "inbound-rtp") continue;
    out.jitter_ms = Math.round(entry.jitter * 1000);
    out.lost = entry.packetsLost;
    out.received = entry.packetsReceived;
    if (entry.jitterBufferEmittedCount)
      out.buffer_ms = Math.round((entry.jitterBufferDelay / entry.jitterBufferEmittedCount) * 1000);
  }
  return out;
}
