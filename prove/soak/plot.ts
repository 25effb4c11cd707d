const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/**
 * Plots values as one line of text, from zero.
 *
 * @param values in their order
 * @returns one character for each
 */
export function plot(values: readonly number[]): string {
  const most = Math.max(...values, Number.MIN_VALUE)
  return values
    .map(
      (value) => blocks[Math.min(blocks.length - 1, Math.floor((value / most) * blocks.length))] ?? blocks[0],
    )
    .join('')
}
