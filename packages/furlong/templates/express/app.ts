/** An ordinary application: nothing in it knows of Lambda but the line that reads who called. */
import { getCaller } from '@furlong/host'
import express from 'express'

const app = express()
app.use(express.json())

app.get('/', (request, response) => {
  response.json({ hello: getCaller(request)?.userArn ?? 'everybody' })
})

app.post('/echo', (request, response) => {
  response.json(request.body)
})

export default app
