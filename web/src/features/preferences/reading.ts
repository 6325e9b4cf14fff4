import { readStored, writeStored } from '../../browser/storage';

/** How stories are set: applied by attributes of the root, which design/tokens.css reads. */
export const FACES = ['serif', 'sans'] as const;
export type Face = (typeof FACES)[number];

/** Steps of the text size; 2 is the middle. */
export const SIZES = [0, 1, 2, 3, 4, 5] as const;
export type Size = (typeof SIZES)[number];

export interface Typography {
  face: Face;
  size: Size;
}

// The keys are also those of public/first-paint.js.
const FACE_KEY = 'storybot.face';
const SIZE_KEY = 'storybot.size';

/** What was chosen before. public/first-paint.js has already applied it. */
export function chosenTypography(): Typography {
  const face = readStored(FACE_KEY);
  const size = readStored(SIZE_KEY);
  return {
    face: FACES.find((one) => one === face) ?? 'serif',
    size: SIZES.find((one) => String(one) === size) ?? 2,
  };
}

export function chooseTypography({ face, size }: Typography): void {
  document.documentElement.dataset.face = face;
  document.documentElement.dataset.size = String(size);
  writeStored(FACE_KEY, face);
  writeStored(SIZE_KEY, String(size));
}
