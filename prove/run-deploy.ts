/** `npm run prove -- deploy`: deploy and destroy, stopped at each of their requests; the suite stops at some. */
import { spawnSync } from 'node:child_process'
import type { Outcome } from '../conform/report.ts'

const files = ['packages/furlong/src/deploy-faults.test.ts', 'packages/furlong/src/deploy-plan.test.ts']

/** Runs their tests with every request. */
export function run(): Promise<Outcome> {
  const env = { ...process.env, FURLONG_TEST_EVERY_REQUEST: '1' }
  const { status } = spawnSync('npx', ['vitest', 'run', ...files], { stdio: 'inherit', env })
  return Promise.resolve({
    rows: [{ row: 'tests', value: Number(status === 0), unit: 'passed' }],
    ok: status === 0,
  })
}
