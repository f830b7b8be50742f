// Finding a QR code in a picture: the browser's own detector where there is one, else jsQR, fetched only then.

export type Find = (source: HTMLVideoElement | ImageBitmap) => Promise<string | undefined>;

interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { rawValue: string }[]>;
}
interface DetectorMaker {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const WIDEST = 1200; // pixels: more makes jsQR slow and finds no more

export async function finder(): Promise<Find> {
  const maker = (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;
  if (maker && (await maker.getSupportedFormats().catch(() => [] as string[])).includes("qr_code")) return native(maker);
  return ours();
}

function native(maker: DetectorMaker): Find {
  const detector = new maker({ formats: ["qr_code"] });
  return async (source) => (await detector.detect(source).catch(() => []))[0]?.rawValue;
}

async function ours(): Promise<Find> {
  const { default: jsQR } = await import("jsqr");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (source) => {
    const [width, height] = source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
    if (!context || width === 0 || height === 0) return undefined;
    const scale = Math.min(1, WIDEST / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(data, canvas.width, canvas.height)?.data;
  };
}

/** What of a square's text is a card of ours: the part behind the hash; nothing if it is another one's. */
export function cardIn(text: string): string | undefined {
  return /\/card#([\w-]{16,80})$/.exec(text)?.[1];
}
