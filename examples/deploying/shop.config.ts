import { defineConfig } from 'furlong'

export default defineConfig({
  entry: 'app.ts',
  name: 'shop',
  memorySizeMb: 1024,
  environment: { SHELF: '14' },
  role: {
    policies: {
      shelf: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' }],
      },
    },
  },
  alias: 'live',
  grants: [{ to: '444455556666' }],
})
