/* A relocation between installations: a worker of the source sends an export in parts, the relocation that asked for it waits,
 * reads the parts and queues their rows, while operators pause, cancel and abort it. Each atomic block is one script of
 * Script+transfer.swift, Script+flow.swift or Script+worker.swift. Tests/Model/README.md says what stands for what.
 *
 * -DFAULTS=n    leases that run out under a worker that goes on, workers killed, answers lost, of any kind
 * -DREQUESTS=n  pause, cancel and abort; unpause costs nothing
 * -DCONTROLS    requests are also: a pause planned for a step, recover, retry (of the relocation and of the export) and undo
 * -DNO_...      leaves a guard out
 */
#ifndef FAULTS
#define FAULTS 2
#endif
#ifndef REQUESTS
#define REQUESTS 2
#endif
#define WORKERS 2
#define PARTS 2
#define RUNS 0
#define PAUSED 1
#define DONE 2
#define ENDED 3

/* The export's record. */
byte xStatus, xClaim;

/* The relocation's record: its claim, what it waits for, what it has received, what operators ask for. */
byte status, claim, delivered, received, phase;
bool later, asksPause, asksCancel;

/* The parcel and the list of rows: each element is the claim that has made it. */
byte parcel[3], parcels;
byte list[8], lists;

/* What each worker holds; a number is given again when nothing bears it any more. */
byte held[2 * WORKERS], token;
byte faults = FAULTS, requests = REQUESTS;

/* The step that a pause is planned for; how far an undo is, and what it began at; how the relocation has ended. */
byte planned, undoing, from;
bool failed, undone;
#define PREPROCESSING 1
#define IMPORTING 2
#define ASKED 1
#define BEGUN 2

/* What must not happen. */
bool mixed, gone, told, twice, idle, kept;

#define isOver (status == DONE || status == ENDED)
#ifdef CONTROLS
/* Until the operator asks for nothing more, what has ended may go on. */
#define staysOver (isOver && requests == 0)
#else
#define staysOver isOver
#endif
/* An undo that has begun to remove rows takes nothing; one that may be given up does. */
#define wants ((status == RUNS || status == PAUSED) && undoing != BEGUN)
#ifdef NO_UNDO_REFUSAL
#define takes (status == RUNS || status == PAUSED)
#else
#define takes wants
#endif
#define stale(mine, is) ((mine) != (is))
#ifdef NO_FENCE_SEND
#define staleSend false
#else
#define staleSend stale(mine, xClaim)
#endif
#ifdef NO_FENCE_DELIVER
#define staleDeliver false
#else
#define staleDeliver stale(mine, xClaim)
#endif
#ifdef NO_FENCE_ROWS
#define staleRows false
#else
#define staleRows stale(mine, claim)
#endif
#ifdef NO_FENCE_RECEIVE
#define staleReceive false
#else
#define staleReceive stale(mine, claim)
#endif
#ifdef NO_FENCE_DROP
#define staleDrop false
#else
#define staleDrop stale(mine, claim)
#endif
#ifdef NO_REFUSAL
#define refused false
#else
#define refused (!takes)
#endif
#ifdef NO_DELIVERED
#define isDelivered false
#else
#define isDelivered (delivered > 0 || phase > 0)
#endif

#define bears(n) (held[0] == n || held[1] == n || held[2] == n || held[3] == n || received == n || parcel[0] == n || \
    parcel[1] == n || list[0] == n || list[1] == n || list[2] == n || list[3] == n)
#define mine held[_pid]

inline claimAs(record) {
    token = 1;
    do :: bears(token) -> token++ :: else -> break od;
    mine = token; record = token; token = 0
}

inline emptyParcel() { parcels = 0; parcel[0] = 0; parcel[1] = 0 }

/* Nobody waits for a time if what it waits for is there. */
inline look() {
    idle = idle || (later && delivered > 0 && status == RUNS && claim == 0);
    assert(idle == 0)
}

inline settle() {
    claim = 0;
    if
    :: asksCancel -> status = ENDED; asksCancel = false; asksPause = false
    :: !asksCancel && asksPause -> status = PAUSED; asksPause = false
    :: else -> skip
    fi
}

inline pauseAtStep() { status = PAUSED; claim = 0; planned = 0; asksPause = false; asksCancel = false }

/* An answer is lost, and the script is sent again; or the worker is killed. */
#define again(step, end) \
    if \
    :: true \
    :: faults > 0 -> faults--; goto step \
    :: faults > 0 -> faults--; goto end \
    fi

active [WORKERS] proctype Exporter() {
    byte at;
next:
    atomic {
        at = 0; mine = 0;
        if
        :: xStatus == RUNS && xClaim == 0 -> claimAs(xClaim)
#ifdef CONTROLS
        :: xStatus != RUNS && staysOver -> goto leave
#else
        :: xStatus != RUNS -> goto leave
#endif
        fi
    };
    atomic {
        if
        :: !takes -> if :: xClaim == mine -> xStatus = ENDED; xClaim = 0 :: else fi; goto next
        :: takes && delivered > 0 -> goto finish
        :: else
        fi
    };
send:
    atomic {
        if
        :: staleSend -> goto next
        :: !staleSend && (refused || isDelivered) -> goto giveUp
        :: else ->
            told = told || !wants;
            assert(told == 0);
#ifndef NO_AFRESH
            if :: at == 0 -> emptyParcel() :: else fi;
#endif
            if
            :: parcels == at -> parcel[parcels] = mine; parcels++
            :: parcels == at + 1
            :: else -> goto giveUp
            fi
        fi
    };
    atomic {
        again(send, die);
        at++;
        if :: at < PARTS -> goto send :: else fi
    };
deliver:
    atomic {
        if
        :: staleDeliver -> goto next
        :: !staleDeliver && refused -> goto giveUp
        :: else ->
            if
            :: delivered > 0 || phase > 0
            :: else ->
#ifndef NO_COUNT
                if :: parcels != PARTS -> goto giveUp :: else fi;
#endif
                told = told || !wants;
                assert(told == 0);
                delivered = PARTS;
#ifndef NO_WAKE
                if :: status == RUNS && claim == 0 -> later = false :: else fi;
#endif
                look()
            fi
        fi
    };
    atomic { again(deliver, die) };
finish:
    atomic { if :: xClaim == mine -> xStatus = DONE; xClaim = 0 :: else fi };
    goto next;
giveUp:
    atomic { if :: xClaim == mine -> xClaim = 0 :: else fi };
    goto next;
die:
    /* Its lease runs out; another process takes its place. */
    atomic { if :: xClaim == mine -> xClaim = 0 :: else fi };
    goto next;
leave:
    skip
}

active [WORKERS] proctype Receiver() {
    byte at, first;
    bool added;
next:
    /* What a claim answers decides what its worker does. */
    atomic {
        at = 0; first = 0; added = false; mine = 0;
        if
        :: status == RUNS && claim == 0 && !later -> claimAs(claim)
        :: staysOver -> goto leave
        fi;
        if
        :: undoing > 0 -> goto undo
        :: else
        fi;
        if
        :: phase == 2 -> goto import
        :: phase != 2 && delivered == 0 -> goto await
        :: else
        fi
    };
enter:
    atomic {
        if
        :: stale(mine, claim) -> goto next
        :: !stale(mine, claim) && phase == 0 && planned == PREPROCESSING -> pauseAtStep(); goto next
        :: !stale(mine, claim) && !(phase == 0 && planned == PREPROCESSING) && (asksPause || asksCancel) -> goto release
        :: else -> phase = (phase == 0 -> 1 : phase)
        fi
    };
    atomic { again(enter, die) };
read:
    atomic {
        if
        :: stale(mine, claim) -> goto next
        :: !stale(mine, claim) && (asksPause || asksCancel) -> goto release
        :: else ->
            gone = gone || parcels <= at;
            assert(gone == 0);
            mixed = mixed || (at > 0 && parcel[at] != first);
            assert(mixed == 0);
            first = parcel[at];
            at++;
            if :: at < PARTS -> goto read :: else -> at = 0; first = 0 fi
        fi
    };
receive:
    atomic {
        if
        :: staleReceive -> goto next
        :: !staleReceive && received != mine ->
            received = mine;
#ifndef NO_TRIM
            lists = 0; list[0] = 0; list[1] = 0; list[2] = 0; list[3] = 0
#endif
        :: else
        fi
    };
    atomic { again(receive, die) };
append:
    /* `added` is the acknowledgement's name, which the record remembers. */
    atomic {
        if
        :: staleRows -> goto next
        :: !staleRows && !added -> list[lists] = mine; lists++; added = true
        :: else
        fi
    };
    atomic {
        again(append, die);
        at++; added = false;
        if :: at < PARTS -> goto append :: else -> at = 0 fi
    };
    atomic {
        if
        :: stale(mine, claim) -> goto next
        :: else ->
            twice = twice || lists != PARTS || list[0] != list[1];
            assert(twice == 0);
            phase = 2; received = 0
        fi
    };
drop:
    atomic { if :: staleDrop -> goto next :: else -> emptyParcel() fi };
    atomic { again(drop, die) };
    goto release;
import:
    atomic {
        if
        :: stale(mine, claim) -> goto next
        :: !stale(mine, claim) && planned == IMPORTING -> pauseAtStep(); goto next
        :: !stale(mine, claim) && planned != IMPORTING && (asksPause || asksCancel) -> goto release
        :: else ->
            twice = twice || lists != PARTS || list[0] != list[1];
            assert(twice == 0);
            status = DONE; claim = 0; failed = false; planned = 0
        fi
    };
    goto next;
undo:
    /* It is refused or only its counts are wanted; or it begins. */
    atomic {
        if
        :: stale(mine, claim) -> goto next
        :: !stale(mine, claim) && undoing == ASKED -> claim = 0; status = from; from = 0; undoing = 0; goto next
        :: !stale(mine, claim) -> undoing = BEGUN
        fi
    };
    atomic { again(undo, die) };
    atomic {
        if
        :: stale(mine, claim) -> goto next
        :: else ->
            claim = 0; status = ENDED; undone = true; undoing = 0; from = 0; failed = false; planned = 0;
            lists = 0; list[0] = 0; list[1] = 0; list[2] = 0; list[3] = 0;
#ifndef NO_DROP_UNDONE
            emptyParcel();
#endif
            kept = parcels > 0;
            assert(kept == 0)
        fi
    };
    goto next;
await:
    atomic {
        if
        :: stale(mine, claim) -> goto next
        :: else ->
#ifdef NO_LOOK
            later = true;
#else
            later = delivered == 0;
#endif
            settle();
            look()
        fi
    };
    goto next;
release:
    atomic { if :: claim == mine -> settle() :: else fi };
    goto next;
die:
    atomic { if :: claim == mine -> claim = 0 :: else fi };
    goto next;
leave:
    skip
}

/* Leases run out under workers that go on; what waits for a time looks again; an export that has ended ends the wait. */
active proctype World() {
    do
    :: atomic { faults > 0 && xClaim != 0 -> faults--; xClaim = 0 }
    :: atomic { faults > 0 && claim != 0 -> faults--; settle() }
    :: atomic { later && status == RUNS && claim == 0 && xStatus == RUNS -> later = false }
    :: atomic { later && status == RUNS && claim == 0 && xStatus != RUNS && delivered == 0 && undoing == 0 ->
        status = ENDED; failed = true; later = false }
    :: atomic { staysOver -> break }
    od
}

active proctype Operator() {
    do
    :: atomic { requests > 0 && status == RUNS && undoing == 0 -> requests--;
        if :: claim == 0 -> status = PAUSED :: else -> asksPause = true fi }
    :: atomic { requests > 0 && wants && undoing == 0 -> requests--;
        if :: claim == 0 -> status = ENDED :: else -> asksCancel = true fi }
    :: atomic { requests > 0 && wants && undoing == 0 -> requests--; status = ENDED; claim = 0; asksPause = false;
        asksCancel = false }
    :: atomic { status == PAUSED -> status = RUNS; later = false }
#ifdef CONTROLS
    :: atomic { requests > 0 && wants && undoing == 0 && phase == 0 -> requests--; planned = PREPROCESSING }
    :: atomic { requests > 0 && wants && undoing == 0 -> requests--; planned = IMPORTING }
    /* recover, maybe until a step, brings back what has failed; retry also what an operator has ended. */
    :: atomic { requests > 0 && status == ENDED && failed && !undone && undoing == 0 -> requests--; status = RUNS;
        later = false; failed = false; if :: true :: phase == 0 -> planned = PREPROCESSING :: true -> planned = IMPORTING fi }
    :: atomic { requests > 0 && status == ENDED && !undone && undoing == 0 -> requests--; status = RUNS; later = false;
        failed = false }
    :: atomic { requests > 0 && xStatus == ENDED -> requests--; xStatus = RUNS }
    :: atomic { requests > 0 && (isOver || status == PAUSED) && !undone && undoing == 0 -> requests--; from = status;
        status = RUNS; undoing = ASKED; later = false }
    :: atomic { isOver -> requests = 0; break }
#else
    :: atomic { isOver -> break }
#endif
    od
}
