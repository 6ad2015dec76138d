#!/usr/bin/env bash
# Slurm itself: a controller and two daemons on loopback do a study, one of whose jobs is taken away and queued again; the
# results are then compared, byte by byte, with those of the same study done here. Asks for root, and for Debian's packages
#   apt-get install --no-install-recommends slurmctld slurmd slurm-client munge
# Run after `make setup-dev`.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
folder=$(mktemp -d)
export SLURM_CONF=$folder/slurm.conf OMP_NUM_THREADS=1 PATH=$root/.venv/bin:$PATH
daemons=()
end() {
    scancel --quiet --user root 2>/dev/null || true
    kill "${daemons[@]}" 2>/dev/null || true
    sleep 2
    pkill --signal KILL --full "$folder" || true  # a daemon waits for steps that nobody will end any more
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap end EXIT

mkdir -p "$folder"/{state,spool-1,spool-2,munge,study}
chown munge: "$folder/munge"
chmod 711 "$folder"
host=$(hostname)
cat > "$SLURM_CONF" <<CONF
ClusterName=here
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=18817
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
StateSaveLocation=$folder/state
SlurmctldPidFile=$folder/controller.pid
SlurmdSpoolDir=$folder/spool-%n
SlurmdPidFile=$folder/daemon-%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobRequeue=1
ReturnToService=2
NodeName=1 NodeHostname=$host NodeAddr=127.0.0.1 Port=18818 CPUs=1
NodeName=2 NodeHostname=$host NodeAddr=127.0.0.1 Port=18819 CPUs=1
PartitionName=all Nodes=1,2 Default=YES State=UP OverSubscribe=NO
CONF
head -c 1024 /dev/urandom > "$folder/munge/key"
chown munge: "$folder/munge/key"
chmod 400 "$folder/munge/key"
runuser -u munge -- /usr/sbin/munged --foreground --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
    --pid-file="$folder/munge/pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" --force \
    2> "$folder/munge.log" &
daemons+=($!)
while [ ! -S "$folder/munge/socket" ]; do sleep 0.1; done
slurmctld -D -f "$SLURM_CONF" > "$folder/controller.log" 2>&1 &
daemons+=($!)
for n in 1 2; do
    slurmd -D -N "$n" -f "$SLURM_CONF" > "$folder/daemon-$n.log" 2>&1 &
    daemons+=($!)
done
for _ in $(seq 300); do
    [ "$(sinfo --noheader --format %T 2>/dev/null | sort -u)" = idle ] && break
    sleep 0.3
done
sinfo --version
sinfo

cd "$folder/study"
study=(--data digits --arm "slow: lr=0.001" --arm "fast: lr=0.003" --net mlp --epochs 20 --seeds 2)
striate study "${study[@]}" --workers 2 --out here > here.txt
striate study "${study[@]}" --on slurm --slurm timeout_min=5 --out there > there.txt &
study=$!
until [ "$(find there/runs -name history.csv 2>/dev/null | wc -l)" -ge 2 ]; do sleep 0.5; done  # two are at their work
taken=$(squeue --noheader --states RUNNING --array --format %i | head -1)
scontrol requeue "$taken"
echo "job $taken was taken away and queued again"
wait "$study" || { cat there.txt; exit 1; }
compared=0
for file in $(cd here && find runs -name history.csv -o -name test.json -o -name recipe.json | sort); do
    cmp "here/$file" "there/$file"
    compared=$((compared + 1))
done
echo "$compared files of $(find there/runs -name test.json | wc -l) runs are equal to the byte"
[ "$compared" = 12 ]
