import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Option } from '../command.ts'
import { CliError } from '../errors.ts'
import type { Values } from '../values.ts'
import type { PythonProgram } from './python-program.ts'

/** How a function is put under a debugger. */
export interface Debug {
  readonly port: number
  /** Arguments of the interpreter. */
  readonly arguments: readonly string[]
  /** One sentence for the one who waits to attach. */
  readonly says: string
}

interface Wish {
  readonly option: 'inspect' | 'inspect-brk'
  /** Absent for the usual one of the language. */
  readonly port?: number
}

const usual = 'usual'

/** Options of `furlong dev` that ask for a debugger. */
export const debugOptions: Readonly<Record<string, Option>> = {
  inspect: {
    type: 'string',
    bare: usual,
    value: '[=<port>]',
    says: 'let a debugger attach; default port 9229 for Node, 5678 for Python',
  },
  'inspect-brk': {
    type: 'string',
    bare: usual,
    value: '[=<port>]',
    says: 'the same, and wait for it before any code runs',
  },
}

/**
 * Reads whether a debugger is wanted.
 * @param values the call's options
 * @returns the wish, if there is one
 */
export function readDebugWish(values: Values): Wish | undefined {
  const [option, other] = (['inspect-brk', 'inspect'] as const).filter(
    (name) => values.text(name) !== undefined,
  )
  if (option === undefined) return undefined
  if (other !== undefined) throw values.wrong('--inspect and --inspect-brk exclude each other.')
  if (values.text(option) === usual) return { option }
  const port = values.number(option, { min: 1, max: 65_535 })
  return { option, ...(port === undefined ? {} : { port }) }
}

/**
 * Finds out how a function is to be run so that a debugger can attach.
 * @param wish what was asked for
 * @param runtime of the function
 * @param python its Python, when it runs from its folder
 * @returns the arguments and the port, which is free
 * @throws {CliError} `not-debuggable`, `debugpy-missing`, `debug-port-in-use`
 */
export async function createDebug(
  wish: Wish,
  runtime: string,
  python: PythonProgram | undefined,
): Promise<Debug> {
  const isWaiting = wish.option === 'inspect-brk'
  const debug = python === undefined ? createForNode(wish, runtime) : createForPython(wish, python)
  await refuseBusyPort(debug.port, wish)
  const says = `${debug.says} can attach on 127.0.0.1:${debug.port}${isWaiting ? ', and is waited for' : ''}; no timeout holds.`
  return { ...debug, says }
}

function createForNode({ option, port = 9229 }: Wish, runtime: string): Debug {
  if (!runtime.startsWith('nodejs')) throw new CliError('not-debuggable', { runtime })
  return {
    port,
    // Without `stderr` Node does not announce itself in the function's log at each start.
    arguments: [`--${option}=127.0.0.1:${port}`, '--inspect-publish-uid=http'],
    says: "A debugger of Node's inspector",
  }
}

function createForPython({ option, port = 5678 }: Wish, { program, hasDebugpy }: PythonProgram): Debug {
  if (!hasDebugpy) throw new CliError('debugpy-missing', { program })
  const waiting = option === 'inspect-brk' ? ['--wait-for-client'] : []
  return {
    port,
    arguments: ['-Xfrozen_modules=off', '-m', 'debugpy', '--listen', `127.0.0.1:${port}`, ...waiting],
    says: 'A debugger that speaks to debugpy',
  }
}

/** Node and debugpy would go on without their debugger, and say so where nobody looks. */
async function refuseBusyPort(port: number, { option }: Wish): Promise<void> {
  const probe = createServer().listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('debug-port-in-use', { port: String(port), option, reason })
  }
  probe.close()
  await once(probe, 'close')
}
