using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(TdxDash.Bench.DiffBenchmarks).Assembly).Run(args);
