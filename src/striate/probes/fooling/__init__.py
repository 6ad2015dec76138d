"""Small changes of an image that change a net's answer, and whether they fool other nets too.

Another attack, or another way to count what attacks reach, may go in. An image that is made to excite a channel is none, and
lies in `striate.probes.channels`.
"""
