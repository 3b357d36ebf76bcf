/** How a character is to look: the first eight colours by number, null as all else does. */
export interface IStyle {
  readonly fg: number | null;
  readonly bg: number | null;
  readonly isBold: boolean;
  readonly isUnderlined: boolean;
}

export const PLAIN: IStyle = { fg: null, bg: null, isBold: false, isUnderlined: false };

const CHANGES: Readonly<Record<number, Partial<IStyle>>> = {
  0: PLAIN,
  1: { isBold: true },
  4: { isUnderlined: true },
  22: { isBold: false },
  24: { isUnderlined: false },
  39: { fg: null },
  49: { bg: null },
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((number): [number, Partial<IStyle>][] => [
      [30 + number, { fg: number }],
      [40 + number, { bg: number }],
      [90 + number, { fg: number }],
      [100 + number, { bg: number }]
    ])
  )
};
const MANY_FG = 38;
const MANY_BG = 48;
const OF_256 = 5;

/** The style after the numbers of a terminal's `m`; of 256 colours and more the first 16 count. */
export function styled(style: IStyle, numbers: string): IStyle {
  const codes = numbers.split(/[;:]/).map(Number);
  let now = style;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === MANY_FG || code === MANY_BG) {
      const number = codes[at + 1] === OF_256 ? (codes[at + 2] ?? 0) : Infinity;
      const colour = number < 16 ? number % 8 : null;
      now = { ...now, ...(code === MANY_FG ? { fg: colour } : { bg: colour }) };
      at += codes[at + 1] === OF_256 ? 2 : 4;
    } else {
      now = { ...now, ...CHANGES[code] };
    }
  }
  return now;
}

/** The classes that show it. */
export function classesOf({ fg, bg, isBold, isUnderlined }: IStyle): string {
  return [
    fg !== null && `jsa-fg${fg}`,
    bg !== null && `jsa-bg${bg}`,
    isBold && 'jsa-bold',
    isUnderlined && 'jsa-underlined'
  ]
    .filter(Boolean)
    .join(' ');
}
