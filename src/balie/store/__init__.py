"""What Balie remembers: last-known answers and incidents. Fulfils the ports of `backstage`."""
