npx furlong dev app.ts --inspect
