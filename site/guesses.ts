/** The guesses about AWS that stand in the code, each under a comment that begins with `guess:`. */
import { readFileSync } from 'node:fs'
import { listFiles, repositoryFile } from './repository.ts'

/** One guess. */
export interface Guess {
  /** The path of the file that it stands in. */
  readonly file: string
  /** What is guessed, in the words of the comment. */
  readonly says: string
  /** The name that the comment stands before, where there is one. */
  readonly of: string | undefined
}

/**
 * Reads every guess of the packages.
 *
 * @returns the guesses, by file and in the order of the file
 */
export function listGuesses(): Guess[] {
  return listFiles('packages/*/src/**', 'packages/*/runtime/**')
    .filter((file) => !/\.test(?:-d)?\.ts$|\/(?:testing|vectors)\//.test(file))
    .flatMap((file) =>
      readGuesses(readFileSync(repositoryFile(file), 'utf8')).map((guess) => ({ file, ...guess })),
    )
}

/**
 * Reads the guesses of one source.
 *
 * @param source TypeScript, JavaScript or Python
 * @returns what each says, up to the end of its paragraph or comment, and of what
 */
export function readGuesses(source: string): Omit<Guess, 'file'>[] {
  const lines = source.split('\n')
  return lines.flatMap((line, index) => {
    const [, before = '', first] = /^\s*(?:\/\/|\/?\*+|#) ?(.*?)guess:(.*)/.exec(line) ?? []
    if (first === undefined) return []
    const words = [before + clean(first)]
    let next = index + 1
    // A comment of one line ends with it; others go on until a line says nothing, or names something else.
    for (; !lines[next - 1]?.includes('*/'); next += 1) {
      const text = /^\s*(?:\/\/|\*(?!\/)|#) (?!@)(.*)/.exec(lines[next] ?? '')?.[1]
      if (text === undefined || text.startsWith('guess:')) break
      words.push(clean(text))
    }
    return [{ says: words.join(' ').trim(), of: findName(lines.slice(next)) }]
  })
}

const clean = (text: string): string => text.replace(/\*\/.*$/, '').trim()

/** The name that is declared behind a comment. */
function findName(lines: readonly string[]): string | undefined {
  const code = lines.find((line) => !/^\s*(?:\/\/|\/?\*|#|$)/.test(line)) ?? ''
  const declared = /\b(?:const|let|function|class|type|interface|def) (\w+)/.exec(code)
  const name = (declared ?? /^\s*(?:readonly |static |async |get |#)*(\w+)\??\s*[(:=]/.exec(code))?.[1]
  return name === undefined || /^(?:if|for|while|switch|return)$/.test(name) ? undefined : name
}
