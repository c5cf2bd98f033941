// Posts the moment (of the audio clock) at which sound begins after a quarter of a second of quiet.
const LOUD = 0.06, QUIET_S = 0.25;

registerProcessor("onset", class extends AudioWorkletProcessor {
  constructor() { super(); this.quiet = 0; }
  process([input]) {
    const samples = input[0];
    if (!samples) return true;
    for (let i = 0; i < samples.length; i++) {
      if (Math.abs(samples[i]) < LOUD) { this.quiet += 1 / sampleRate; continue; }
      if (this.quiet >= QUIET_S) this.port.postMessage(currentTime + i / sampleRate);
      this.quiet = 0;
    }
    return true;
  }
});
