"""Support systems, one folder for each protocol. A connector sees only `balie.systems` of ours."""
