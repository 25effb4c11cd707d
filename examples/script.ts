/** Runs the lines of a guide as its reader would: one after the other in one shell, against a local side of their own. */
import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Place } from '../packages/furlong/src/testing/program.ts'

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const program = fileOf('../packages/furlong/bin/furlong.js')

/** What one file of lines wrote, on both outputs, and how its last line ended. */
interface Step {
  readonly text: string
  readonly code: number
}

/** A folder with a guide's files in it, and a local side for it. */
class Script {
  readonly #place: Place
  readonly #folder: string
  readonly #env: Readonly<Record<string, string>>

  private constructor(place: Place, folder: string, env: Readonly<Record<string, string>>) {
    this.#place = place
    this.#folder = folder
    this.#env = env
  }

  /** @param examples the folder of the guide's files */
  static async start(examples: URL): Promise<Script> {
    const place = await Place.make()
    const folder = join(place.folder, 'guide')
    await cp(examples, folder, { recursive: true })
    // Where a reader would have run `npm i`.
    await symlink(fileOf('../node_modules'), join(place.folder, 'node_modules'))
    const bin = join(place.folder, 'bin')
    await mkdir(bin)
    await writeFile(join(bin, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${program}' "$@"\n`)
    await chmod(join(bin, 'npx'), 0o755)
    const path = [bin, dirname(process.execPath), place.env['PATH']].join(delimiter)
    const side = place.start(['up', '--memory', '--port', '0'])
    const [, port = ''] = await side.until('err', /127\.0\.0\.1:(\d+)/)
    const bare = {
      ...place.env,
      PATH: path,
      AWS_PAGER: '',
      NO_COLOR: '1',
      FURLONG_ENDPOINT: `http://127.0.0.1:${port}`,
    }
    return new Script(place, folder, bare)
  }

  /**
   * @param files shell files of the guide, in their order; what one sets, the next ones have
   * @returns a step for each
   */
  async run(...files: readonly string[]): Promise<Step[]> {
    const lines = files.map((file) => `. ./${file}; ended=$?; echo; echo "=== $ended"`)
    const script = `eval "$(npx furlong env)"\n${lines.join('\n')}\n`
    const out = await new Promise<string>((resolve, reject) => {
      const options = { cwd: this.#folder, env: this.#env, timeout: 110_000 }
      execFile('bash', ['-c', `exec 2>&1; ${script}`], options, (error, stdout) => {
        if (error?.killed === true) reject(new Error(`it took too long: ${stdout}`))
        else resolve(stdout)
      })
    })
    return [...out.matchAll(/(.*?)\n=== (\d+)\n/gs)].map(([, text = '', code]) => ({
      text: text.trim(),
      code: Number(code),
    }))
  }

  /** Ends the side and removes the folder. */
  close(): Promise<void> {
    return this.#place.close()
  }
}

/** What the lines of one file write, and how the last of them ends: 0 unless said. */
export type Expected = RegExp | readonly [text: RegExp, code: number]

/**
 * Describes a guide: each file of lines is run, and compared with what it is to show.
 *
 * @param page the guide's folder in docs/
 * @param examples the folder of its files
 * @param expected what each file shows, in the order in which they are run
 * @param missing a program that is not there; the guide is skipped then
 */
export function describeGuide(
  page: string,
  examples: URL,
  expected: Readonly<Record<string, Expected>>,
  missing: string | false,
): void {
  describe.skipIf(missing)(`${page}${missing ? ` (needs ${missing})` : ''}`, () => {
    const files = Object.keys(expected)
    let script: Script
    let steps: Step[]
    beforeAll(async () => {
      script = await Script.start(examples)
      steps = await script.run(...files)
    }, 120_000)
    afterAll(() => script?.close())

    it.each(files.map((file, index) => ({ file, index })))('$file', ({ file, index }) => {
      const wanted = expected[file] ?? /^/
      const [text, code] = wanted instanceof RegExp ? [wanted, 0] : wanted
      expect(steps[index]?.text).toMatch(text)
      expect(steps[index]?.code).toBe(code)
    })
  })
}
