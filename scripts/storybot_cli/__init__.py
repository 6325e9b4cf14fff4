"""Brings Storybot up on a machine and runs its checks.

main        the commands
console     what a person sees; ``Problem`` is a failure with advice
shell       runs programs (the only module that does)
host        what machine this is
engine      finds a container engine, or has one installed
packages    Debian and Ubuntu packages of the engine
images      official images or the ones made from Debian packages
standins    builds the latter, and the toolbox
stack       the compose command lines
health      waits for the services
preflight   ports, memory and disk, before anything is started
advice      what to do about an error message
trace       the log lines of one story
secrets     makes the secrets of a production start
backup      one file with everything that people made; restore puts it back
archive     that file; saved_objects what is in it of Grafana and Kibana
installed   the containers that run on this machine
operate     up, dev, down, ps, logs, clean
checks      everything that ``make check`` runs
tally       counts of test results
"""
