// sound.js -- three sounds that differ in pitch, number and length, so that a deaf-to-high ear or a loud generator
// still tells them apart: ok (one short, high), note (two, rising), stop (three, low and rough).

/** @type {Record<string, { type: OscillatorType, tones: [number, number, number][] }>} pitch Hz, from s, for s */
const SOUNDS = {
    ok: { type: 'sine', tones: [[1320, 0, 0.07]] },
    note: { type: 'triangle', tones: [[660, 0, 0.11], [990, 0.14, 0.16]] },
    stop: { type: 'square', tones: [[220, 0, 0.16], [165, 0.2, 0.16], [220, 0.4, 0.28]] },
};

/** @type {AudioContext | null} */
let context = null;

/** @param {'ok' | 'note' | 'stop'} name */
export function sound(name) {
    // For tests and for a ribbon on the page: what was last heard.
    document.documentElement.dataset.sound = name;
    try {
        context = context || new AudioContext();
        if (context.state === 'suspended') context.resume().catch(() => {});
        const made = SOUNDS[name], now = context.currentTime + 0.01;
        for (const [pitch, from, length] of made.tones) {
            const tone = context.createOscillator(), level = context.createGain();
            tone.type = made.type;
            tone.frequency.value = pitch;
            level.gain.setValueAtTime(0, now + from);
            level.gain.linearRampToValueAtTime(made.type === 'square' ? 0.12 : 0.3, now + from + 0.01);
            level.gain.setValueAtTime(made.type === 'square' ? 0.12 : 0.3, now + from + length - 0.02);
            level.gain.linearRampToValueAtTime(0, now + from + length);
            tone.connect(level).connect(context.destination);
            tone.start(now + from);
            tone.stop(now + from + length);
        }
    } catch {
        // No loudspeaker, or none allowed yet: colour and icon say the same.
    }
}
