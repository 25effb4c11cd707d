/** An ordinary application: nothing in it knows of Lambda but the line that reads who called. */
import { getCaller } from '@furlong/host'
import { Hono } from 'hono'

const app = new Hono()

app.get('/', (c) => c.json({ hello: getCaller(c.req.raw)?.userArn ?? 'everybody' }))

app.post('/echo', async (c) => c.json(await c.req.json()))

export default app
