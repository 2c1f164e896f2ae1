import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
import kernel.database
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        # Before the tables whose `number` draws from it.
        migrations.RunSQL("CREATE SEQUENCE contribution_number", "DROP SEQUENCE contribution_number"),
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=160)),
                ('introduction', models.TextField(blank=True)),
                ('notice', models.TextField(blank=True)),
                ('time_zone', models.CharField(default='Europe/London', max_length=40)),
                ('opens_at', models.DateTimeField(null=True)),
                ('closes_at', models.DateTimeField(null=True)),
                ('public_key', models.BinaryField()),
                ('rewritten_on', models.DateField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('slug__regex', '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$')), name='conversation_slug_is_plain'), models.CheckConstraint(condition=models.Q(models.Q(('closes_at__isnull', True), ('opens_at__isnull', True)), ('opens_at__lt', models.F('closes_at')), _connector='OR'), name='conversation_opens_before_it_closes')],
            },
        ),
        migrations.CreateModel(
            name='Area',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('code', models.SlugField(max_length=40)),
                ('name', models.CharField(max_length=120)),
                ('position', models.SmallIntegerField(default=0)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='areas', to='conversations.conversation')),
            ],
        ),
        migrations.CreateModel(
            name='Idea',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('day', models.DateField()),
                ('number', models.BigIntegerField(db_default=kernel.database.NextInSequence('contribution_number'))),
                ('state', models.CharField(choices=[('shown', 'Shown'), ('hidden', 'Hidden'), ('withdrawn', 'Withdrawn')], default='shown', max_length=9)),
                ('source', models.CharField(choices=[('participant', 'Participant'), ('facilitator', 'Facilitator'), ('paper', 'Paper')], default='participant', max_length=11)),
                ('owner_tag', models.BinaryField(null=True, unique=True)),
                ('route', models.BinaryField(null=True)),
                ('is_purged', models.BooleanField(default=False)),
                ('likes', models.IntegerField(default=0)),
                ('dislikes', models.IntegerField(default=0)),
                ('comment_count', models.IntegerField(default=0)),
                ('divided', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Least('likes', 'dislikes'), output_field=models.IntegerField())),
                ('area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='conversations.area')),
            ],
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('day', models.DateField()),
                ('number', models.BigIntegerField(db_default=kernel.database.NextInSequence('contribution_number'))),
                ('state', models.CharField(choices=[('shown', 'Shown'), ('hidden', 'Hidden'), ('withdrawn', 'Withdrawn')], default='shown', max_length=9)),
                ('source', models.CharField(choices=[('participant', 'Participant'), ('facilitator', 'Facilitator'), ('paper', 'Paper')], default='participant', max_length=11)),
                ('owner_tag', models.BinaryField(null=True, unique=True)),
                ('route', models.BinaryField(null=True)),
                ('is_purged', models.BooleanField(default=False)),
                ('idea', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='conversations.idea')),
            ],
        ),
        migrations.CreateModel(
            name='Stream',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('question', models.CharField(max_length=200)),
                ('context', models.TextField(blank=True)),
                ('position', models.SmallIntegerField(default=0)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='streams', to='conversations.conversation')),
            ],
        ),
        migrations.AddField(
            model_name='idea',
            name='stream',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='conversations.stream'),
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('ideas', models.IntegerField(default=0)),
                ('comments', models.IntegerField(default=0)),
                ('votes', models.IntegerField(default=0)),
                ('pk', models.CompositePrimaryKey('stream_id', 'area_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='conversations.area')),
                ('stream', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='conversations.stream')),
            ],
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('voter_tag', models.BinaryField()),
                ('value', models.SmallIntegerField()),
                ('route', models.BinaryField()),
                ('is_carried', models.BooleanField(default=False)),
                ('pk', models.CompositePrimaryKey('idea_id', 'voter_tag', blank=True, editable=False, primary_key=True, serialize=False)),
                ('idea', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='conversations.idea')),
            ],
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.UniqueConstraint(fields=('conversation', 'code'), name='area_code_is_once'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(models.F('idea'), models.F('number'), name='comment_oldest'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('is_purged', True), models.Q(('source', 'participant'), ('owner_tag__isnull', False), ('route__isnull', False)), models.Q(models.Q(('source', 'participant'), _negated=True), ('owner_tag__isnull', True), ('route__isnull', True)), _connector='OR'), name='comment_author_is_unlinkable'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('text'), 2000), models.Q(django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Length('text'), 1), models.Q(('state', 'shown'), _negated=True), _connector='OR')), name='comment_has_text'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['shown', 'hidden', 'withdrawn'])), name='comment_state_is_known'),
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(models.F('stream'), models.F('area'), models.OrderBy(models.F('number'), descending=True), condition=models.Q(('state', 'shown')), name='idea_newest'),
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(models.F('stream'), models.F('area'), models.OrderBy(models.F('likes'), descending=True), models.OrderBy(models.F('number'), descending=True), condition=models.Q(('state', 'shown')), name='idea_liked'),
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(models.F('stream'), models.F('area'), models.OrderBy(models.F('comment_count'), descending=True), models.OrderBy(models.F('number'), descending=True), condition=models.Q(('state', 'shown')), name='idea_discussed'),
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(models.F('stream'), models.F('area'), models.OrderBy(models.F('divided'), descending=True), models.OrderBy(models.F('number'), descending=True), condition=models.Q(('state', 'shown')), name='idea_divided'),
        ),
        migrations.AddConstraint(
            model_name='idea',
            constraint=models.CheckConstraint(condition=models.Q(('is_purged', True), models.Q(('source', 'participant'), ('owner_tag__isnull', False), ('route__isnull', False)), models.Q(models.Q(('source', 'participant'), _negated=True), ('owner_tag__isnull', True), ('route__isnull', True)), _connector='OR'), name='idea_author_is_unlinkable'),
        ),
        migrations.AddConstraint(
            model_name='idea',
            constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('text'), 3000), models.Q(django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Length('text'), 1), models.Q(('state', 'shown'), _negated=True), _connector='OR')), name='idea_has_text'),
        ),
        migrations.AddConstraint(
            model_name='idea',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['shown', 'hidden', 'withdrawn'])), name='idea_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='vote',
            constraint=models.CheckConstraint(condition=models.Q(('value__in', [1, -1])), name='vote_is_like_or_dislike'),
        ),
    ]
