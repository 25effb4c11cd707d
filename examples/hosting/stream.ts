import { Hono } from 'hono'
import { streamText } from 'hono/streaming'

const app = new Hono()
app.get('/chapters', (c) =>
  streamText(c, async (stream) => {
    for (const chapter of ['one', 'two', 'three']) {
      await stream.writeln(`chapter ${chapter}`)
      await stream.sleep(100)
    }
  }),
)
export default app
