import { spawn } from 'node:child_process'
import { fstatSync } from 'node:fs'

/**
 * Hears that nobody reads stdout any more, as when `head -1` behind a pipe has had its line. Node finds that out by writing
 * alone, and whoever follows a quiet log may not write for hours; GNU tail looks. Where there is none, nothing is heard.
 * @param onGone called when the reader is gone
 * @returns stops looking
 */
export function watchReader(onGone: () => void): () => void {
  if (!fstatSync(1).isFIFO()) return () => {}
  // With --pid it ends with this process, however that ends: it holds the pipe open.
  const tail = spawn('tail', ['-f', `--pid=${process.pid}`, '/dev/null'], {
    stdio: ['ignore', 'inherit', 'ignore'],
  })
  tail.once('error', () => {})
  // A tail that does not know --pid ends with a code.
  tail.once('exit', (_code, signal) => {
    if (signal === 'SIGPIPE') onGone()
  })
  return () => {
    tail.removeAllListeners('exit')
    tail.kill()
  }
}
