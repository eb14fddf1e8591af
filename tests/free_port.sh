#!/usr/bin/env bash
# Prints a TCP port of loopback where nobody listens, for a daemon that cannot be given port 0.
# It lies below the ports that the system lends to clients: a finished client would otherwise hold it for another minute
# (TIME_WAIT), and the daemon could not bind.
set -eu
read -r low _ 2> /dev/null < /proc/sys/net/ipv4/ip_local_port_range || low=32768
span=$((low > 12000 ? low - 10000 : 2000))
for _ in $(seq 200); do
    port=$((10000 + (RANDOM * 32768 + RANDOM) % span))
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; exit 0; }
done
echo "free_port: 200 ports tried, all in use" >&2
exit 1
