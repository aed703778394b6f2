// The thumbnails of a video: a WebVTT file whose cues name parts of sprite images (`sprite.jpg#xywh=0,0,160,90`).

export interface Thumbnail {
  from: number; // seconds
  to: number;
  url: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

function seconds(text: string): number {
  const parts = text.trim().split(':').map(Number);
  return parts.reduce((sum, part) => sum * 60 + part, 0);
}

export function parseThumbnails(text: string, base: string): Thumbnail[] {
  const found: Thumbnail[] = [];
  for (const block of text.replace(/\r\n?/g, '\n').split('\n\n')) {
    const lines = block.split('\n').filter(Boolean);
    const timing = lines.findIndex((line) => line.includes('-->'));
    const target = lines[timing + 1];
    if (timing < 0 || !target) continue;
    const [from, to] = lines[timing]!.split('-->').map(seconds);
    const area = /#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/.exec(target.trim());
    if (!area || from === undefined || to === undefined || !(to > from)) continue;
    const [x, y, width, height] = area.slice(1).map(Number) as [number, number, number, number];
    found.push({ from, to, url: new URL(target.trim().split('#')[0]!, base).href, x, y, width, height });
  }
  return found;
}

export function thumbnailAt(thumbnails: readonly Thumbnail[], at: number): Thumbnail | null {
  return thumbnails.find((t) => at >= t.from && at < t.to) ?? thumbnails.findLast((t) => at >= t.from) ?? null;
}
