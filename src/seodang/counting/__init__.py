"""What a network costs, counted before it is built.

One formula a file, each with its source; `network` holds what was counted, `spec` counts a typed network, and neither
imports torch. `tracing` counts any `nn.Module` by running it without numbers, `saved` traces the memory of its training
step.
"""
