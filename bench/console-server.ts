/** A local side with a console that has recorded many requests: prints where it is, and its token. */
import { startLocal } from '@furlong/local'
import { renderPlan, renderThrottleFix, renderUrlCall } from 'furlong/render'

const [folder = '', count = ''] = process.argv.slice(2)
const local = await startLocal({
  memory: true,
  page: { folder, renderPlan, renderThrottleFix, renderCode: renderUrlCall },
})
const atOnce = 50
for (let sent = 0; sent < Number(count); sent += atOnce) {
  await Promise.all(
    Array.from({ length: atOnce }, async (_, at) => {
      const response = await fetch(`${local.endpoint}/nothing-here/${sent + at}`)
      await response.arrayBuffer()
    }),
  )
}
process.stdout.write(`${JSON.stringify({ endpoint: local.endpoint, token: local.side.token })}\n`)
process.on('SIGTERM', () => void local.close().then(() => process.exit(0)))
