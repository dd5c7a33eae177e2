#!/bin/bash
# Starts a Slurm of one node on this machine, for trying --executor slurm: for containers and machines that are there for it. As root, on Debian or Ubuntu after
#   apt-get install slurm-wlm munge
# It writes /etc/slurm/slurm.conf, and keeps no accounts. `bench/one-node-slurm.sh stop` ends it.
set -eu

daemons() {
  for name in slurmd slurmctld munged; do
    file=/run/one-node-slurm-$name.pid
    if [ -f "$file" ]; then kill "$(cat "$file")" 2>/dev/null || true; rm -f "$file"; fi
  done
}

daemons
if [ "${1:-start}" = stop ]; then exit 0; fi

host=$(hostname -s)
memory=$(($(awk '/MemTotal/ {print $2}' /proc/meminfo) / 1024 - 512))
mkdir -p /etc/slurm /var/spool/one-node-slurm/state /var/spool/one-node-slurm/node /var/log/slurm /run/munge
chown munge /run/munge
if [ ! -s /etc/munge/munge.key ]; then
  dd if=/dev/urandom of=/etc/munge/munge.key bs=1 count=1024 status=none
  chown munge /etc/munge/munge.key
  chmod 400 /etc/munge/munge.key
fi
cat > /etc/slurm/slurm.conf <<EOF
ClusterName=one-node
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
StateSaveLocation=/var/spool/one-node-slurm/state
SlurmdSpoolDir=/var/spool/one-node-slurm/node
SlurmctldPidFile=/run/one-node-slurm-slurmctld.pid
SlurmdPidFile=/run/one-node-slurm-slurmd.pid
SlurmctldLogFile=/var/log/slurm/slurmctld.log
SlurmdLogFile=/var/log/slurm/slurmd.log
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerParameters=requeue_delay=1,batch_sched_delay=1
SchedulerTimeSlice=5
MinJobAge=10
JobRequeue=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$memory State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
EOF
runuser -u munge -- munged --pid-file=/run/munge/one-node.pid --force
ln -sf /run/munge/one-node.pid /run/one-node-slurm-munged.pid
slurmctld
slurmd
for _ in $(seq 30); do
  if sinfo --noheader --format=%t 2>/dev/null | grep -q '^idle'; then exec sinfo; fi
  sleep 1
done
echo "the node did not come up; see /var/log/slurm" >&2
exit 1
