/** The callee: an ordinary Hono application that knows nothing of Lambda, and one line that hosts it. */
import { getCaller, toLambda } from '@furlong/host'
import { Hono } from 'hono'
import { streamText } from 'hono/streaming'

const books = ['Hard Times', 'The Warden', 'Cranford', 'Villette', 'Silas Marner', 'Shirley']
const booksPerPage = 1

const app = new Hono()

app.get('/book', (c) => {
  const page = Number(c.req.query('page') ?? 1)
  const start = (page - 1) * booksPerPage
  return c.json({
    page,
    books: books.slice(start, start + booksPerPage),
    calledBy: getCaller(c.req.raw)?.userArn ?? 'nobody known',
  })
})

app.post('/login', async (c) => {
  const { user } = await c.req.json<{ user: string }>()
  return c.json({ welcome: user, calledBy: getCaller(c.req.raw)?.userArn ?? 'nobody known' }, 201)
})

app.get('/chapters', (c) =>
  streamText(c, async (stream) => {
    for (const chapter of ['one', 'two', 'three']) {
      await stream.writeln(`chapter ${chapter}`)
      await stream.sleep(50)
    }
  }),
)

export const handler = toLambda(app)
