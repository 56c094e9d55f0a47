/** A page with a form that changes nothing, and its answer below. */
import { Box, Card, CardContent, Typography } from '@mui/material';
import { PageTitle } from '../page-title.js';
import { FieldsForm, type FieldsFormProps } from './fields-form.js';

interface Props<T> extends FieldsFormProps<T> {
  readonly title: string;
  readonly intro: string;
}

export function QuestionForm<T>({ title, intro, above, ...form }: Props<T>) {
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>{title}</PageTitle>
      <Typography variant="h1" gutterBottom>
        {title}
      </Typography>
      <Card>
        <CardContent>
          <FieldsForm<T>
            {...form}
            changesNothing
            above={
              <>
                <Typography sx={{ mb: 1 }}>{intro}</Typography>
                {above}
              </>
            }
          />
        </CardContent>
      </Card>
    </Box>
  );
}
