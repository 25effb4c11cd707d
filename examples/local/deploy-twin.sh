npx furlong deploy app.ts --name books --id abcdefghijklmnopqrstuvwxyz012345
