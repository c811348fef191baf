namespace TdxDash.Faults.Support;

/// <summary>What a loss of power leaves of the changes of one file that were not flushed.</summary>
internal enum Survival
{
    Nothing,
    Everything,

    /// <summary>The first ones, and of the next one its first sectors.</summary>
    InOrder,

    /// <summary>Any sectors of any of them.</summary>
    AnySectors,
}

/// <summary>A folder as its disk holds it. What a process changed is durable once it was flushed: content by a flush of the file, its name by a flush of its
/// folder. Of the rest a loss of power leaves anything: any sectors of a file's content, and the first so many changes of a folder's names, which file systems
/// keep in order.</summary>
internal sealed class SimulatedDisk
{
    private const int Sector = 512;

    private readonly List<NameChange> _names = [];
    private Dictionary<string, StoredFile> _durable = new(StringComparer.Ordinal);
    private Dictionary<string, StoredFile> _seen = new(StringComparer.Ordinal);

    /// <summary>How many changes were not flushed when power was lost last.</summary>
    public int Unflushed { get; private set; }

    /// <summary>The names of the files that the processes see.</summary>
    public IEnumerable<string> Files => _seen.Keys;

    /// <summary>A disk that holds what a folder does.</summary>
    public static SimulatedDisk Of(string folder)
    {
        var disk = new SimulatedDisk { _durable = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), file => new StoredFile(File.ReadAllBytes(file)), StringComparer.Ordinal) };
        disk._seen = new Dictionary<string, StoredFile>(disk._durable, StringComparer.Ordinal);
        return disk;
    }

    /// <summary>A disk with the same content, on which no change waits.</summary>
    public SimulatedDisk Copy()
    {
        var copy = new SimulatedDisk { _durable = _seen.ToDictionary(file => file.Key, file => new StoredFile(file.Value.Seen()), StringComparer.Ordinal) };
        copy._seen = new Dictionary<string, StoredFile>(copy._durable, StringComparer.Ordinal);
        return copy;
    }

    /// <summary>The content of a file as the processes see it.</summary>
    public byte[] Read(string path) => _seen[path].Seen();

    /// <summary>Does what a process did.</summary>
    /// <param name="changes">What it did since its start; the disk saw nothing of it yet.</param>
    /// <param name="honoured">Which flushes do what they promise; null for all.</param>
    public void Apply(IReadOnlyList<FileChange> changes, Func<string, bool>? honoured = null)
    {
        for (int number = 0; number < changes.Count; number++)
        {
            FileChange change = changes[number];
            if (change.Kind == ChangeKind.Flushed)
            {
                if (honoured?.Invoke(change.Path) != false)
                {
                    Flush(change.Path, (int)change.Offset);
                }
            }
            else if (change.Kind is ChangeKind.Written or ChangeKind.Cut)
            {
                FileAt(change.Path, number).Waiting.Add((number, change));
            }
            else
            {
                Name(change, number);
            }
        }
    }

    /// <summary>Loses power: what was not flushed is kept or lost, as each file's luck is.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="survival">What is left in every case; null to decide it for each file.</param>
    public void LosePower(Random random, Survival? survival = null)
    {
        Unflushed = _names.Count + _seen.Values.Concat(_durable.Values).Distinct().Sum(file => file.Waiting.Count);
        foreach (IGrouping<string, NameChange> folder in _names.GroupBy(change => change.Folder).ToList())
        {
            Survival kept = survival ?? (Survival)random.Next(4);
            int most = kept == Survival.Nothing ? 0 : kept == Survival.Everything ? folder.Count() : random.Next(folder.Count() + 1);
            foreach (NameChange change in folder.Take(most))
            {
                change.Apply(_durable);
            }
        }

        foreach (StoredFile file in _durable.Values.Distinct())
        {
            file.Settle(random, survival ?? (Survival)random.Next(4));
        }

        _names.Clear();
        _seen = new Dictionary<string, StoredFile>(_durable, StringComparer.Ordinal);
    }

    /// <summary>Makes a folder hold what the processes see, and nothing else.</summary>
    public void WriteTo(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        foreach ((string path, StoredFile file) in _seen)
        {
            string full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllBytes(full, file.Seen());
        }
    }

    private void Name(FileChange change, int number)
    {
        List<(string Name, StoredFile? File)> names = change.Kind switch
        {
            ChangeKind.Created => [(change.Path, new StoredFile([]))],
            ChangeKind.Linked => [(change.To, FileAt(change.Path, number))],
            ChangeKind.Renamed => [(change.To, FileAt(change.Path, number)), (change.Path, null)],
            _ => [(change.Path, null)],
        };
        var named = new NameChange(number, FolderOf(names[0].Name), names);
        named.Apply(_seen);
        _names.Add(named);
    }

    private StoredFile FileAt(string path, int number)
    {
        if (!_seen.ContainsKey(path))
        {
            Name(new FileChange(ChangeKind.Created, path), number);
        }

        return _seen[path];
    }

    private void Flush(string path, int before)
    {
        if (_seen.TryGetValue(path, out StoredFile? file))
        {
            file.Flush(before);
            return;
        }

        foreach (NameChange change in _names.Where(change => change.Folder == path && change.Number < before))
        {
            change.Apply(_durable);
        }

        _names.RemoveAll(change => change.Folder == path && change.Number < before);
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".";

    /// <summary>A change of names in one folder, all of it or nothing.</summary>
    private sealed record NameChange(int Number, string Folder, List<(string Name, StoredFile? File)> Names)
    {
        public void Apply(Dictionary<string, StoredFile> files)
        {
            foreach ((string name, StoredFile? file) in Names)
            {
                if (file is null)
                {
                    files.Remove(name);
                }
                else
                {
                    files[name] = file;
                }
            }
        }
    }

    /// <summary>A file's durable content, and the changes that wait for a flush.</summary>
    private sealed class StoredFile(byte[] content)
    {
        private readonly MemoryStream _content = Stream(content);

        public List<(int Number, FileChange Change)> Waiting { get; } = [];

        public byte[] Seen()
        {
            MemoryStream seen = Stream(_content.ToArray());
            Waiting.ForEach(waiting => Do(seen, waiting.Change, _ => true));
            return seen.ToArray();
        }

        public void Flush(int before)
        {
            foreach ((_, FileChange change) in Waiting.Where(waiting => waiting.Number < before))
            {
                Do(_content, change, _ => true);
            }

            Waiting.RemoveAll(waiting => waiting.Number < before);
        }

        public void Settle(Random random, Survival survival)
        {
            int most = survival switch
            {
                Survival.Nothing => 0,
                Survival.InOrder => random.Next(Waiting.Count + 1),
                _ => Waiting.Count,
            };
            foreach ((_, FileChange change) in Waiting.Take(most))
            {
                Do(_content, change, _ => survival != Survival.AnySectors || random.Next(2) == 0);
            }

            if (survival == Survival.InOrder && most < Waiting.Count && Waiting[most].Change is { Data: { } torn } next)
            {
                long end = next.Offset + random.Next(torn.Length);
                Do(_content, next, sector => (sector + 1) * Sector <= end);
            }

            Waiting.Clear();
        }

        private static void Do(MemoryStream content, FileChange change, Func<long, bool> kept)
        {
            if (change.Data is not { } data)
            {
                if (kept(0))
                {
                    content.SetLength(change.Offset);
                }

                return;
            }

            for (long at = change.Offset, end = at + data.Length; at < end;)
            {
                long sector = at / Sector, next = Math.Min(end, (sector + 1) * Sector);
                if (kept(sector))
                {
                    content.Position = at;
                    content.Write(data, (int)(at - change.Offset), (int)(next - at));
                }

                at = next;
            }
        }

        private static MemoryStream Stream(byte[] content)
        {
            var stream = new MemoryStream();
            stream.Write(content);
            return stream;
        }
    }
}
