/* SPDX-License-Identifier: Apache-2.0 */
/* Logistic regression by gradient descent: the host computes the logits, the hardware the gradient
 * of the loss.
 *
 * The model separates two clouds of points in the plane. With a file name as argument, the program
 * writes the logits, labels and gradient of every step to that file, one after the other, with the
 * bits in the hardware's memory.
 */
#include <math.h>
#include <scegrad.h>
#include <stdint.h>
#include <stdio.h>

enum { SAMPLES = 1000, FEATURES = 3, STEPS = 5 }; /* the last feature is a constant 1 */

static float features[SAMPLES][FEATURES];

/* Pseudo-random numbers from -1 to 1, the same in every run. */
static float noise(void) {
    static uint32_t state = 1;
    state = state * 1664525u + 1013904223u;
    return (float)(state >> 8) / 8388608.0f - 1.0f;
}

static void make_samples(float *labels) {
    for (int k = 0; k < SAMPLES; ++k) {
        const float side = k % 2 ? 1.0f : -1.0f;
        labels[k] = k % 2 ? 1.0f : 0.0f;
        features[k][0] = 0.5f * side + noise();
        features[k][1] = -0.3f * side + noise();
        features[k][2] = 1.0f;
    }
}

/* Computes the logits of all samples; returns the number of samples that they classify correctly.
 * */
static int classify(const float *weights, const float *labels, float *logits) {
    int right = 0;
    for (int k = 0; k < SAMPLES; ++k) {
        logits[k] = 0.0f;
        for (int j = 0; j < FEATURES; ++j)
            logits[k] += weights[j] * features[k][j];
        right += (logits[k] > 0.0f) == (labels[k] == 1.0f);
    }
    return right;
}

static double mean_loss(const float *logits, const float *labels) {
    double sum = 0.0;
    for (int k = 0; k < SAMPLES; ++k)
        sum += fmax(logits[k], 0.0) - logits[k] * labels[k] + log1p(exp(-fabs(logits[k])));
    return sum / SAMPLES;
}

static void descend(float *weights, const float *gradient, float rate) {
    for (int j = 0; j < FEATURES; ++j) {
        double sum = 0.0;
        for (int k = 0; k < SAMPLES; ++k)
            sum += (double)gradient[k] * features[k][j];
        weights[j] -= rate * (float)(sum / SAMPLES);
    }
}

int main(int argc, char *argv[]) {
    float *logits = (float *)0xA0000000;
    float *labels = (float *)0xA0100000;
    float *gradient = (float *)0xC0000000;
    float weights[FEATURES] = {0.0f, 0.0f, 0.0f};
    FILE *record = argc > 1 ? fopen(argv[1], "wb") : NULL;

    make_samples(labels);
    printf("step      loss  accuracy  cycles\n");
    for (int step = 0; step < STEPS; ++step) {
        const int right = classify(weights, labels, logits);
        fp_sigmoidcrossentropywithlogitsgrad_s(logits, labels, gradient, SAMPLES,
                                               (1 << scegrad_cores()) - 1);
        if (scegrad_status() != SCEGRAD_OK)
            return 1;
        printf("%4d  %8.5f  %6.1f %%  %6llu\n", step, mean_loss(logits, labels),
               100.0 * right / SAMPLES, (unsigned long long)scegrad_cycles());
        if (record != NULL) {
            fwrite(logits, sizeof *logits, SAMPLES, record);
            fwrite(labels, sizeof *labels, SAMPLES, record);
            fwrite(gradient, sizeof *gradient, SAMPLES, record);
        }
        descend(weights, gradient, 4.0f);
    }
    if (record != NULL)
        fclose(record);
    return 0;
}
