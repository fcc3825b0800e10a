"""The ground that every package stands on: errors, plug-ins, clock, ids, events, settings. No I/O."""
