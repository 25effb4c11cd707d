/** Run as a process of its own, to be killed: makes users on a side with state for as long as it lives, one line for each that was acknowledged. */
import { startLocal } from '../start.ts'
import { createAdministrator } from './deploy-function.ts'

const [stateFolder = '', prefix = ''] = process.argv.slice(2)
const local = await startLocal({ stateFolder })
const { iam } = createAdministrator(local)
for (let count = 0; ; count += 1) {
  const name = `${prefix}${count}`
  await iam.createUser({ UserName: name })
  process.stdout.write(`${name}\n`)
}
