// A cover for what has none: colours and bars that belong to the content, the same every time.

export interface Drawing {
  hue: number;
  second: number;
  bars: readonly number[]; // 0 to 1
}

export function drawingOf(id: string, count = 9): Drawing {
  let state = 2166136261;
  for (const letter of id) state = Math.imul(state ^ letter.charCodeAt(0), 16777619) >>> 0;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const hue = Math.floor(random() * 360);
  const second = (hue + 25 + Math.floor(random() * 35)) % 360;
  const bars = Array.from({ length: count }, (_, i) => {
    const arch = Math.sin(((i + 0.5) / count) * Math.PI);
    return 0.18 + 0.72 * arch * (0.45 + 0.55 * random());
  });
  return { hue, second, bars };
}
