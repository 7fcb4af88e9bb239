/* Events in the middle of a call of a thread or a process, on the fake access layer; the first
 * argument names the event. In each, a job that would never end is running when the event happens,
 * so that nothing depends on speed: main() waits until the fake has started the job. Prints the
 * statuses of the calls that returned, and of one more call at the end. */
#define _GNU_SOURCE
#include <fake.h>
#include <pthread.h>
#include <scegrad.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CORE_0 = 1 };

static float *const own = (float *)0x10800000, *const other = (float *)0x11800000,
                    *const common = (float *)0xA0000000;
static sem_t handled;
static sigjmp_buf before_the_call;
static const char *scenario;
static atomic_int statuses[4];
static pthread_t victim;

static void private_call(float *array, int index) {
    fp_sigmoidcrossentropywithlogitsgrad_p(array, array, array, 8);
    statuses[index] = scegrad_status();
}

static void shared_call(int index) {
    fp_sigmoidcrossentropywithlogitsgrad_s(common, common, common, 8, 3);
    statuses[index] = scegrad_status();
}

static void *private_thread(void *argument) {
    if (argument != NULL)
        pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    private_call(own, 0);
    pthread_testcancel();
    return NULL;
}

/* A call that waits, since it needs the core of the first thread's job too. */
static void *shared_thread(void *argument) {
    (void)argument;
    shared_call(1);
    pthread_testcancel();
    return NULL;
}

static void *jumping_thread(void *argument) {
    (void)argument;
    if (sigsetjmp(before_the_call, 1) == 0)
        private_call(own, 0);
    private_call(own, 1);
    return NULL;
}

static void handler(int number) {
    (void)number;
    sce_fake.cycles = 100;
    if (strcmp(scenario, "call") == 0) {
        private_call(other, 1);
        scegrad_abort(CORE_0);
    } else if (strcmp(scenario, "same") == 0) {
        scegrad_abort(CORE_0);
        private_call(own, 1);
    } else if (strcmp(scenario, "jump") == 0) {
        sem_post(&handled);
        siglongjmp(before_the_call, 1);
    } else if (strcmp(scenario, "leave") == 0) {
        sem_post(&handled);
        pthread_exit(NULL);
    } else if (strcmp(scenario, "exit") == 0) {
        exit(7);
    } else if (strcmp(scenario, "fork") == 0 && fork() == 0) {
        scegrad_abort(CORE_0); /* and the child's copy of the call goes on */
        return;
    }
    sem_post(&handled);
}

static void wait_for_start(unsigned count) {
    while (sce_fake_starts < count)
        usleep(1000);
}

static void begin(void *(*work)(void *), void *argument) {
    sce_fake.cycles = UINT32_MAX;
    scegrad_set_timeout(UINT64_MAX);
    pthread_create(&victim, NULL, work, argument);
    wait_for_start(1);
}

static void interrupt(void) {
    pthread_kill(victim, SIGUSR1);
    while (sem_wait(&handled) != 0) {
    }
}

/* Two threads are cancelled: one lets time pass for its job, one waits for a core. */
static void cancel(int asynchronous) {
    pthread_t waiting;
    void *end;
    begin(private_thread, asynchronous ? &victim : NULL);
    pthread_create(&waiting, NULL, shared_thread, NULL);
    pthread_cancel(victim);
    pthread_cancel(waiting);
    sce_fake.cycles = 100;
    scegrad_abort(CORE_0);
    pthread_join(victim, NULL);
    pthread_join(waiting, &end);
    printf("%d ", end == PTHREAD_CANCELED);
}

/* Children are forked while another thread's job runs; each calls on the core that this job has,
 * and on another. */
static void fork_beside(void) {
    begin(private_thread, NULL);
    for (int k = 0; k < 20; ++k) {
        int status = 0;
        const pid_t child = fork();
        if (child == 0) {
            sce_fake.cycles = 100;
            private_call(own, 1);
            shared_call(2);
            _exit(statuses[1] + statuses[2]);
        }
        waitpid(child, &status, 0);
        printf("%d ", status);
    }
    sce_fake.cycles = 100;
    scegrad_abort(CORE_0);
    pthread_join(victim, NULL);
}

int main(int count, char **words) {
    struct sigaction action = {.sa_handler = handler};
    int status = 0;
    scenario = count > 1 ? words[1] : "";
    sem_init(&handled, 0, 0);
    sigaction(SIGUSR1, &action, NULL);
    for (int k = 0; k < 4; ++k)
        statuses[k] = -1;
    if (strcmp(scenario, "cancel") == 0 || strcmp(scenario, "cancel-at-once") == 0) {
        cancel(strcmp(scenario, "cancel") != 0);
    } else if (strcmp(scenario, "forks") == 0) {
        fork_beside();
    } else if (strcmp(scenario, "return") == 0) {
        begin(private_thread, NULL);
        return 5;
    } else {
        begin(strcmp(scenario, "jump") == 0 ? jumping_thread : private_thread, NULL);
        interrupt();
        scegrad_abort(CORE_0); /* where the handler did not */
        pthread_join(victim, NULL);
        if (strcmp(scenario, "fork") == 0)
            wait(&status);
    }
    private_call(own, 2);
    shared_call(3);
    printf("%d %d %d %d\n", statuses[0], statuses[1], statuses[2], statuses[3]);
    return status;
}
