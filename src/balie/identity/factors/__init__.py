"""What somebody signs in with besides a code by mail: passkeys, passwords, an app with codes."""
