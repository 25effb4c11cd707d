import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

type Theme = 'light' | 'dark'

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')
const tokens: ReadonlyMap<string, Readonly<Record<Theme, string>>> = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }],
  ),
)

/** Relative luminance. @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string, theme: Theme): number {
  const [dark = 0, light = 0] = [one, other]
    .map((name) => luminance(tokens.get(name)?.[theme] ?? ''))
    .sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const grounds = ['page', 'surface', 'sunken', 'hover', 'chosen'] as const
/** Text by the ground it stands on; WCAG 2.2 AA asks for 4.5. */
const texts: readonly (readonly [text: string, grounds: readonly string[]])[] = [
  ['text', [...grounds, 'bad-wash', 'bad-mark', 'warn-wash', 'ok-wash']],
  ['muted', [...grounds, 'bad-wash', 'warn-wash', 'ok-wash']],
  ['accent', grounds],
  ['on-accent', ['accent']],
  ['bad', [...grounds, 'bad-wash']],
  ['warn', [...grounds, 'warn-wash']],
  ['ok', [...grounds, 'ok-wash']],
]
/** What has a meaning without being text; WCAG 2.2 asks for 3. */
const marks: readonly (readonly [mark: string, grounds: readonly string[]])[] = [
  ['bad', ['surface', 'chosen', 'hover']],
  ['passed', ['surface', 'hover']],
  ['accent', ['surface', 'sunken']],
  ['ok', ['surface']],
]

describe.each(['light', 'dark'] as const)('the colours of the %s theme', (theme) => {
  it.each(texts.flatMap(([text, all]) => all.map((ground) => [text, ground] as const)))(
    'let text in %s be read on %s',
    (text, ground) => expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5),
  )

  it.each(marks.flatMap(([mark, all]) => all.map((ground) => [mark, ground] as const)))(
    'let marks in %s be seen on %s',
    (mark, ground) => expect(contrast(mark, ground, theme)).toBeGreaterThanOrEqual(3),
  )
})

it('every colour stands in the table of tokens', () => {
  const sheets = ['base', 'frame', 'parts', 'requests', 'request', 'functions', 'plots']
  for (const sheet of sheets) {
    const text = readFileSync(new URL(`${sheet}.css`, import.meta.url), 'utf8')
    expect(
      [...text.matchAll(/#[0-9a-f]{3,8}\b/gi)].map(([colour]) => colour),
      sheet,
    ).toEqual([])
  }
})
