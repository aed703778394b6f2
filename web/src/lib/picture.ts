// A picture from the uploader's disk, as the API takes covers: a JPEG in base64url, small enough for one request.

const sides = [640, 512, 384, 256]; // pixels
const qualities = [0.86, 0.72, 0.56];
const most = 46_000; // bytes: base64 makes them a third more, and a request has 64 KiB

export class NoPicture extends Error {}

// Cuts out the middle, square for what is listened to. Throws NoPicture for a file that the browser cannot show.
export async function coverFrom(file: Blob, shape: 'square' | 'wide'): Promise<string> {
  const image = await createImageBitmap(file).catch(() => {
    throw new NoPicture();
  });
  try {
    for (const side of sides) {
      const canvas = drawn(image, side, shape);
      for (const quality of qualities) {
        const jpeg = await encoded(canvas, quality);
        if (jpeg.size <= most) return base64url(new Uint8Array(await jpeg.arrayBuffer()));
      }
    }
    throw new NoPicture();
  } finally {
    image.close();
  }
}

// The largest part of width by height that has this ratio, in the middle.
export function middle(width: number, height: number, ratio: number): { x: number; y: number; width: number; height: number } {
  const w = Math.min(width, height * ratio);
  const h = w / ratio;
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h };
}

function drawn(image: ImageBitmap, side: number, shape: 'square' | 'wide'): HTMLCanvasElement {
  const ratio = shape === 'square' ? 1 : 16 / 9;
  const part = middle(image.width, image.height, ratio);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(Math.min(side, part.width)));
  canvas.height = Math.max(1, Math.round(canvas.width / ratio));
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#fff'; // under what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, part.x, part.y, part.width, part.height, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const encoded = (canvas: HTMLCanvasElement, quality: number) =>
  new Promise<Blob>((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new NoPicture())), 'image/jpeg', quality));

export function base64url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
