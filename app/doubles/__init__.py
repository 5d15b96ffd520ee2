"""The stand-ins that ship: real servers on loopback, with faults to switch on."""
