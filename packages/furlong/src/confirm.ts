import type { Target } from '@furlong/aws'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'

/**
 * Asks before something on AWS that is not to happen by accident; the local side is never asked for.
 * @param target the account
 * @param what what is about to be done, as the beginning of a sentence
 * @param options `yes`, the answer given beforehand; `because`, the sentence's end; the streams
 * @throws {CliError} `needs-yes` without a terminal or with another answer than yes
 */
export async function confirmOnAws(
  target: Target,
  what: string,
  options: { readonly yes: boolean; readonly because?: string; readonly context: Context },
): Promise<void> {
  if (target.kind === 'local' || options.yes) return
  const { because = 'cannot be undone' } = options
  const { stdin, stderr } = options.context
  if (stdin.isTTY === true) {
    stderr.write(`${what} on AWS ${because}. Go on? [y/N] `)
    for await (const chunk of stdin) {
      if (/^y(?:es)?\s*$/i.test(chunk.toString())) return
      break
    }
  }
  throw new CliError('needs-yes', { what, because })
}
