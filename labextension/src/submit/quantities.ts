/** What sbatch takes for an amount, in seconds, bytes and numbers; null where Slurm must tell. */

const TIMES: readonly [RegExp, readonly number[]][] = [
  [/^(\d+)$/, [60]],
  [/^(\d+):(\d+)$/, [60, 1]],
  [/^(\d+):(\d+):(\d+)$/, [3600, 60, 1]],
  [/^(\d+)-(\d+)(?::(\d+))?(?::(\d+))?$/, [86_400, 3600, 60, 1]]
];
const SIZE = /^(\d+)([KMGT]?)$/i;
const SCALES = 'KMGT';
const KIBI = 1024;

/** A time limit: minutes, `M:S`, `H:M:S`, `D-H`, `D-H:M` or `D-H:M:S`. */
export function seconds(word: string): number | null {
  if (/^(?:infinite|unlimited)$/i.test(word)) {
    return Infinity;
  }
  for (const [pattern, units] of TIMES) {
    const parts = pattern.exec(word)?.slice(1);
    if (parts) {
      return units.reduce((sum, unit, index) => sum + unit * Number(parts[index] ?? 0), 0);
    }
  }
  return null;
}

/** A size of memory; a bare number is of MiB. */
export function bytes(word: string): number | null {
  const found = SIZE.exec(word);
  const unit = (found?.[2] ?? '').toUpperCase() || 'M';
  return found ? Number(found[1]) * KIBI ** (SCALES.indexOf(unit) + 1) : null;
}

/** A size as sbatch takes it, in the largest unit that has it whole, from MiB on. */
export function size(ofBytes: number): string {
  const power = [4, 3, 2].find(one => ofBytes % KIBI ** one === 0) ?? 2;
  return `${Math.floor(ofBytes / KIBI ** power)}${SCALES.charAt(power - 1)}`;
}

/** The least and the most of a range such as `2-4`, or of one number. */
export function range(word: string): readonly [number, number] | null {
  const found = /^(\d+)(?:-(\d+))?$/.exec(word);
  return found ? [Number(found[1]), Number(found[2] ?? found[1])] : null;
}

/** How many GPUs: `2` or `a100:2`; of several types all together. */
export function gpus(word: string): number | null {
  const counts = word.split(',').map(item => /^(?:[^:,]+:)?(\d+)$/.exec(item)?.[1]);
  return counts.every(count => count !== undefined)
    ? counts.reduce((sum, count) => sum + Number(count), 0)
    : null;
}
